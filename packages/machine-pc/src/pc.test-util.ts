import { VirtualClock } from '@picovm/core';
import { type MemoryBlocks, memoryBlocks } from '@picovm/device-disk';
import { renderText } from '@picovm/device-vga';
import { interp } from '@picovm/x86-interp';
import { type Pc, type PcOptions, pc } from './index.ts';

export const MIB: number = 2 ** 20;
const FLOPPY = 1440 * 1024;
const DEADLINE_MS = 20_000;

/** Where guests of tests leave what they found. */
export const RESULT = 0x600;

/** The bytes of a 16-bit number. */
export function word(value: number): [number, number] {
  return [value & 0xff, (value >> 8) & 0xff];
}

/** `out port, al` with a value, by DX. */
export function out(port: number, value: number): number[] {
  return [0xba, ...word(port), 0xb0, value, 0xee];
}

/** `in al, port`, by DX, and `mov [address], al`. */
export function inTo(address: number, port: number): number[] {
  return [0xba, ...word(port), 0xec, 0xa2, ...word(address)];
}

/** Prints characters with INT 10h. */
export function print(text: string): number[] {
  return [...text].flatMap((character) => [0xb8, character.charCodeAt(0), 0x0e, 0xcd, 0x10]);
}

/** `cli; hlt`. */
export const STOP: readonly number[] = [0xfa, 0xf4];

/** Segments 0, then the first time `once`, which does not come back, and the second time the end. Counts at {@link RESULT}. */
export function twice(...once: readonly number[]): number[] {
  // xor ax, ax; mov ds, ax; inc byte [600]; cmp byte [600], 2; jb once; cli; hlt
  const count = [0x31, 0xc0, 0x8e, 0xd8, 0xfe, 0x06, ...word(RESULT), 0x80, 0x3e, ...word(RESULT), 2, 0x72, 0x02];
  return [...count, ...STOP, ...once];
}

/** A sector that a BIOS boots. */
export function sector(...code: readonly number[]): Uint8Array {
  if (code.length > 510) throw new Error(`${code.length} bytes are no boot sector`);
  const bytes = new Uint8Array(512);
  bytes.set(code);
  bytes.set([0x55, 0xaa], 510);
  return bytes;
}

/** A floppy of 1.44 MB that boots the code. */
export function bootFloppy(...code: readonly number[]): MemoryBlocks {
  const blocks = memoryBlocks(FLOPPY);
  blocks.bytes.set(sector(...code));
  return blocks;
}

/** A hard disk that boots the code. */
export function bootDisk(...code: readonly number[]): MemoryBlocks {
  const blocks = memoryBlocks(MIB);
  blocks.bytes.set(sector(...code));
  return blocks;
}

/** A CD-ROM that boots the code, by El Torito with no emulation. */
export function bootCdrom(...code: readonly number[]): MemoryBlocks {
  const blocks = memoryBlocks(64 * 2048);
  const { bytes } = blocks;
  const put = (at: number, text: string): void => bytes.set(new TextEncoder().encode(text), at);
  // The primary volume descriptor, the boot record, which says where the catalogue is, and the terminator.
  bytes[16 * 2048] = 1;
  put(16 * 2048 + 1, 'CD001\x01');
  put(17 * 2048 + 1, 'CD001\x01EL TORITO SPECIFICATION');
  bytes[17 * 2048 + 0x47] = 19;
  bytes[18 * 2048] = 255;
  put(18 * 2048 + 1, 'CD001\x01');
  // The validation entry, whose words add up to 0, and the entry of the image: bootable, one block of 512 bytes at 20.
  bytes.set([1], 19 * 2048);
  bytes.set([0xaa, 0x55, 0x55, 0xaa], 19 * 2048 + 0x1c);
  bytes.set([0x88, 0, 0, 0, 0, 0, 1, 0, 20], 19 * 2048 + 32);
  bytes.set(sector(...code), 20 * 2048);
  return blocks;
}

/** A small machine whose runs repeat. */
export function machine(options: Partial<PcOptions> = {}): Pc {
  return pc({ accelerator: interp(), memory: 2 * MIB, clock: new VirtualClock(), ...options });
}

/** A small machine with the code on its floppy. */
export function booting(code: readonly number[], options: Partial<PcOptions> = {}): Pc {
  return machine({ floppies: [bootFloppy(...code)], ...options });
}

/** Runs until the guest ends it. @returns the outcome */
export async function run({ vm }: Pc, timeoutMs: number = DEADLINE_MS): Promise<string> {
  return (await vm.run({ timeoutMs })).outcome;
}

/** Runs for a time of the guest's, or until it ends the run. */
export async function pass({ vm }: Pc, milliseconds: number): Promise<void> {
  const alarm = vm.clock.alarm(vm.clock.now() + milliseconds * 1e6, () => vm.stop());
  await vm.run({ timeoutMs: DEADLINE_MS });
  vm.clock.cancel(alarm);
}

/** The characters on the screen. */
export function screenOf({ vga }: Pc): string {
  return renderText(vga.screen()).join('\n');
}

/** One byte of memory. */
export function byte({ vm }: Pc, address: number = RESULT): number {
  return vm.memory.readU8(address);
}
