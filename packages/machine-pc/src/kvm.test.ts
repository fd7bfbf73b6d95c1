import { bootSector, flatBoot } from '@picovm/boot';
import { RealClock } from '@picovm/core';
import { kvm } from '@picovm/kvm-native';
import { beforeEach, describe, expect, it } from 'vitest';
import { type PcOptions, pcMemory } from './index.ts';
import {
  booting,
  byte,
  MIB,
  machine,
  out,
  print,
  RESULT,
  run,
  STOP,
  screenOf,
  sector,
  twice,
  word,
} from './pc.test-util.ts';

const probe = await kvm().probe();
const onKvm = (): Partial<PcOptions> => ({ accelerator: kvm(), clock: new RealClock() });
const WAIT = [0xeb, 0xfe];

// What the interpreter's tests have in full; here is what depends on the accelerator. KVM hosts that emulate real mode do not check
// the limit of the IDT there: no triple fault by that.
describe('on KVM', () => {
  beforeEach((context) => {
    if (!probe.available) context.skip(`KVM: ${probe.reason}`);
  });

  it.each<[string, readonly number[]]>([
    ['the 8042', [...out(0x64, 0xfe), ...WAIT]],
    ['port 92h', [...out(0x92, 1), ...WAIT]],
    ['CF9h', [...out(0xcf9, 6), ...WAIT]],
  ])('a guest that resets the machine by %s starts anew', async (_name, code) => {
    const pc = booting(twice(...code), onKvm());
    expect(await run(pc)).toBe('halted');
    expect([pc.resets, byte(pc)]).toEqual([1, 2]);
    pc.vm.dispose();
  });

  it('what is typed comes to a guest that reads it by the BIOS', async () => {
    // mov di, 600h; again: xor ah, ah; int 16h; stosb; cmp al, 0Dh; jne again
    const read = [
      0x31,
      0xc0,
      0x8e,
      0xc0,
      0xbf,
      ...word(RESULT),
      0x30,
      0xe4,
      0xcd,
      0x16,
      0xaa,
      0x3c,
      0x0d,
      0x75,
      0xf7,
      ...STOP,
    ];
    const pc = booting(read, onKvm());
    pc.input.keyboard.type('Here & There\n');
    expect(await run(pc)).toBe('halted');
    expect(new TextDecoder().decode(pc.vm.memory.read(RESULT, 13))).toBe('Here & There\r');
    pc.vm.dispose();
  });

  it('there is the machine’s local APIC, and CPUID tells of it, but not of one in the kernel', async () => {
    const code = [
      ...[0xb8, 1, 0, 0, 0, 0x0f, 0xa2], // mov eax, 1; cpuid
      ...[0x89, 0x15, ...word(RESULT), 0, 0, 0x89, 0x0d, ...word(RESULT + 4), 0, 0], // mov [600h], edx; mov [604h], ecx
      ...[0xa1, 0x30, 0, 0xe0, 0xfe, 0xa3, ...word(RESULT + 8), 0, 0], // its version to [608h]
      ...[0xc7, 0x05, 0, 0, 0xc0, 0xfe, 1, 0, 0, 0], // the version of the I/O APIC to [60Ch]
      ...[0xa1, 0x10, 0, 0xc0, 0xfe, 0xa3, ...word(RESULT + 12), 0, 0],
      ...STOP,
    ];
    const memory = pcMemory(2 * MIB);
    const boot = flatBoot(Uint8Array.from(code), { memory, address: MIB, mode: 'protected' });
    const pc = machine({ ...onKvm(), boot });
    expect(await run(pc)).toBe('halted');
    const [edx, ecx, ...versions] = [0, 4, 8, 12].map((at) => pc.vm.memory.readU32(RESULT + at));
    expect([edx & 0x200, ecx & 0x1200000, ...versions]).toEqual([0x200, 0, 0x50014, 0x170011]);
    pc.vm.dispose();
  });

  it('images start in real mode behind the BIOS, and in protected mode at once', async () => {
    const memory = pcMemory(2 * MIB);
    const real = machine({ ...onKvm(), boot: bootSector(sector(...print('real'), ...STOP), { memory }) });
    expect(await run(real)).toBe('halted');
    expect(screenOf(real)).toContain('real');
    // inc byte [600h]
    const code = Uint8Array.of(0xfe, 0x05, ...word(RESULT), 0, 0, ...STOP);
    const flat = machine({ ...onKvm(), boot: flatBoot(code, { memory, address: MIB, mode: 'protected' }) });
    expect(await run(flat)).toBe('halted');
    expect(byte(flat)).toBe(1);
    for (const { vm } of [real, flat]) vm.dispose();
  });
});
