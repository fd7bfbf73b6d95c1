import { fileURLToPath } from 'node:url';
import { V86 } from 'v86';
import { GuestClock, type GuestRun } from './guest-clock.ts';

const MEMORY = 32 << 20;
const ROM_SIZE = 0x10000;
const START = 0x400;

/**
 * A firmware of a few instructions: it copies the sector that lies at its beginning to 0:7C00, and jumps there.
 * cli / xor ax, ax / mov es, ax / mov ax, F000h / mov ds, ax / xor si, si / mov di, 7C00h / mov cx, 200h / cld / rep movsb / jmp 0:7C00h
 */
const LOADER = [
  0xfa, 0x31, 0xc0, 0x8e, 0xc0, 0xb8, 0x00, 0xf0, 0x8e, 0xd8, 0x31, 0xf6, 0xbf, 0x00, 0x7c, 0xb9, 0x00, 0x02, 0xfc,
  0xf3, 0xa4, 0xea, 0x00, 0x7c, 0x00, 0x00,
];
/** jmp F000h:400h, where the CPU starts. */
const RESET_VECTOR = [0xea, START & 0xff, START >> 8, 0x00, 0xf0];

function firmware(image: Uint8Array): ArrayBuffer {
  const rom = new Uint8Array(ROM_SIZE);
  rom.set(image);
  rom.set(LOADER, START);
  rom.set(RESET_VECTOR, ROM_SIZE - 16);
  return rom.buffer;
}

/** Runs a benchmark guest on v86, with its compiler off. */
export async function runOnV86(image: Uint8Array): Promise<GuestRun> {
  const clock = new GuestClock();
  const emulator = new V86({
    wasm_path: fileURLToPath(new URL('v86.wasm', import.meta.resolve('v86'))),
    memory_size: MEMORY,
    bios: { buffer: firmware(image) },
    disable_jit: true,
    log_level: 0,
    autostart: true,
  });
  await new Promise<void>((resolve) => {
    emulator.add_listener('serial0-output-byte', (byte: number) => {
      if (clock.take(byte)) resolve();
    });
  });
  await emulator.destroy();
  return clock.result();
}
