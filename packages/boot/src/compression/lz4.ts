import { VmError } from '@picovm/core';
import { type Output, type Progress, pacer } from './output.ts';

// LZ4 (lz4_Block_format.md and lz4_Frame_format.md): the legacy frame, which Linux kernels use, has blocks of at most 8 MiB that know
// nothing of each other; the frames of today may refer to earlier blocks.

const LEGACY = 0x184c2102;
const FRAME = 0x184d2204;

/** Unpacks an LZ4 file of either kind. What comes behind it is ignored. @throws VmError `ERR_INVALID_ARGUMENT` */
export async function unlz4(input: Uint8Array, output: Output, name: string, progress?: Progress): Promise<void> {
  let at = 4;
  const fault = (what: string): never => {
    throw new VmError('ERR_INVALID_ARGUMENT', `${name} is a damaged lz4 file: ${what}, near byte ${at}`, {
      offset: at,
    });
  };
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const pace = pacer(output, progress);
  const magic = view.getUint32(0, true);
  const legacy = magic === LEGACY;
  let checksums = false;
  if (!legacy) {
    if (magic !== FRAME || input.length < 11) fault('its header');
    const flags = input[4];
    if (flags >> 6 !== 1) fault('an unknown version');
    checksums = (flags & 0x10) !== 0;
    at = 7 + ((flags & 8) !== 0 ? 8 : 0) + ((flags & 1) !== 0 ? 4 : 0);
  }
  for (;;) {
    if (at + 4 > input.length) {
      if (legacy && at === input.length) return;
      fault('it ends too early');
    }
    const word = view.getUint32(at, true);
    if (legacy ? word === LEGACY : word === 0) {
      if (!legacy) return;
      at += 4;
      continue;
    }
    const plain = !legacy && word >= 2 ** 31;
    const size = plain ? word - 2 ** 31 : word;
    // Behind a kernel's legacy frame is the unpacked size, which is too large for a block.
    if (legacy && size > input.length - at - 4) {
      if (output.length > 0 && at + 4 === input.length) return;
      fault('a block longer than the file');
    }
    if (size > input.length - at - 4) fault('it ends too early');
    const block = input.subarray(at + 4, at + 4 + size);
    if (plain) output.append(block);
    else unpackBlock(block, output, legacy ? output.length : 0, fault);
    at += 4 + size + (checksums ? 4 : 0);
    await pace();
  }
}

function unpackBlock(block: Uint8Array, output: Output, floor: number, fault: (what: string) => never): void {
  let at = 0;
  const length = (start: number): number => {
    let value = start;
    if (start < 15) return value;
    for (let byte = 255; byte === 255; value += byte) {
      if (at >= block.length) fault('it ends too early');
      byte = block[at++];
    }
    return value;
  };
  while (at < block.length) {
    const token = block[at++];
    const literals = length(token >> 4);
    if (literals > block.length - at) fault('it ends too early');
    output.append(block.subarray(at, at + literals));
    at += literals;
    // The last sequence is literals alone.
    if (at === block.length) return;
    if (at + 2 > block.length) fault('it ends too early');
    const distance = block[at] | (block[at + 1] << 8);
    at += 2;
    if (distance === 0 || distance > output.length - floor) fault('a match reaches before the beginning');
    output.repeat(distance, 4 + length(token & 15));
  }
}
