import { type DeviceState, StateReader } from '@picovm/core';
import { readRegisters, saveRegisters } from '../registers/registers-state.ts';
import type { VgaRegisters } from '../registers/vga-registers.ts';
import type { Planes } from './planes.ts';
import type { Vbe } from './vbe.ts';
import type { Window } from './window.ts';

const VERSION = 1;
/** Components of colours may have 8 bits. */
const WIDE = 0xff;

interface VgaParts {
  readonly planes: Planes;
  readonly registers: VgaRegisters;
  readonly vbe: Vbe;
  readonly window: Window;
  readonly frameBufferIsMemory: boolean;
}

export function saveVga({ planes, registers, vbe, window, frameBufferIsMemory }: VgaParts): DeviceState {
  return {
    version: VERSION,
    frameBufferIsMemory,
    frameBufferSize: vbe.bytes.length,
    planes: planes.bytes.slice(),
    latch: window.latch >>> 0,
    frameBuffer: frameBufferIsMemory ? new Uint8Array(0) : trimmed(vbe.bytes),
    ...vbe.save(),
    ...saveRegisters(registers),
  };
}

/** @throws VmError `ERR_DEVICE_STATE`, with nothing changed */
export function restoreVga(id: string, parts: VgaParts, state: DeviceState): void {
  const { planes, registers, vbe, window, frameBufferIsMemory } = parts;
  const reader = new StateReader(id, state, VERSION);
  reader.exactly('frameBufferIsMemory', frameBufferIsMemory);
  reader.exactly('frameBufferSize', vbe.bytes.length);
  const size = planes.bytes.length;
  const bytes = reader.bytes('planes', size, size);
  const latch = reader.integer('latch', 0xffffffff);
  const frameBuffer = reader.bytes('frameBuffer', frameBufferIsMemory ? 0 : vbe.bytes.length);
  if (frameBuffer.at(-1) === 0) throw reader.error("its field 'frameBuffer' ends in zeros, which are left out");
  const setVbe = vbe.readState(reader);
  const setRegisters = readRegisters(reader, registers, WIDE);
  planes.bytes.set(bytes);
  window.latch = latch | 0;
  if (!frameBufferIsMemory) {
    vbe.bytes.set(frameBuffer);
    vbe.bytes.fill(0, frameBuffer.length);
  }
  setRegisters();
  setVbe();
}

// Mostly there is nothing in it.
function trimmed(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return bytes.slice(0, end);
}
