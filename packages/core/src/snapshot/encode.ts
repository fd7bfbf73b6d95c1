import { crc32 } from './crc32.ts';
import {
  BYTES_SECTION,
  CRC_OFFSET,
  FORMAT_VERSION,
  HEADER_LENGTH_OFFSET,
  MAGIC,
  memorySection,
  PREFIX_BYTES,
  STATE_SECTION,
  VERSION_OFFSET,
} from './file-layout.ts';
import { crcOfHeader } from './header.ts';
import { validateSnapshot } from './validate-snapshot.ts';
import { BytesWriter, concatBytes, lengthOf, toJson } from './value-codec.ts';
import type { MemoryPages, VmSnapshot } from './vm-snapshot.ts';

/**
 * A snapshot as bytes, for files and for other processes. The same snapshot gives the same bytes. They are not
 * compressed, but pages of zeros are left out: `gzip` does the rest if that is wanted.
 * @throws VmError `ERR_SNAPSHOT_FORMAT` if it is no snapshot
 */
export function encodeSnapshot(snapshot: VmSnapshot): Uint8Array {
  const { creator, description, machine, memory, ...state } = validateSnapshot(snapshot);
  const bytes = new BytesWriter();
  const stateJson = utf8(JSON.stringify(toJson(state, bytes)));
  const sections: [name: string, parts: readonly Uint8Array[]][] = [
    [STATE_SECTION, [stateJson]],
    [BYTES_SECTION, bytes.parts],
    ...memory.map((pages, i): [string, readonly Uint8Array[]] => [
      memorySection(machine.memory[i].base),
      partsOf(pages),
    ]),
  ];
  const header = headerBytes({
    creator,
    description,
    machine,
    sections: sections.map(([name, parts]) => ({
      name,
      length: lengthOf(parts),
      crc32: parts.reduce((crc, part) => crc32(part, crc), 0),
    })),
  });
  return concatBytes([header, ...sections.flatMap(([, parts]) => parts)]);
}

function headerBytes(header: unknown): Uint8Array {
  const bytes = concatBytes([new Uint8Array(PREFIX_BYTES), utf8(JSON.stringify(header))]);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint32(VERSION_OFFSET, FORMAT_VERSION, true);
  view.setUint32(HEADER_LENGTH_OFFSET, bytes.length - PREFIX_BYTES, true);
  view.setUint32(CRC_OFFSET, crcOfHeader(bytes), true);
  return bytes;
}

// How many pages, their numbers, their bytes.
function partsOf({ pages, data }: MemoryPages): Uint8Array[] {
  const head = new DataView(new ArrayBuffer(4 + 4 * pages.length));
  head.setUint32(0, pages.length, true);
  pages.forEach((page, i) => {
    head.setUint32(4 + 4 * i, page, true);
  });
  return [new Uint8Array(head.buffer), data];
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
