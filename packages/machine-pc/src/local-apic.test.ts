import { flatBoot } from '@picovm/boot';
import { expect, it } from 'vitest';
import { pcMemory } from './index.ts';
import { byte, MIB, machine, RESULT, run, STOP } from './pc.test-util.ts';

/** 32-bit code at 1 MiB, with the memory of a small machine. */
function kernel(...code: readonly number[]) {
  return machine({
    boot: flatBoot(Uint8Array.from(code), { memory: pcMemory(2 * MIB), address: MIB, mode: 'protected' }),
  });
}

it('tells of its local APIC by CPUID, and has it where IA32_APIC_BASE says', async () => {
  const code = [
    ...[0xb8, 1, 0, 0, 0, 0x0f, 0xa2, 0xc1, 0xea, 9, 0x80, 0xe2, 1, 0x88, 0x15, 0x00, 0x06, 0, 0], // its bit to [600h]
    ...[0xb9, 0x1b, 0, 0, 0, 0x0f, 0x32, 0xb8, 0x00, 0x09, 0, 0xd0, 0x0f, 0x30], // to D0000000h, by WRMSR
    ...[0xa1, 0x30, 0, 0, 0xd0, 0xa3, 0x04, 0x06, 0, 0], // version to [604h]
    ...[0xa1, 0x30, 0, 0xe0, 0xfe, 0xa3, 0x08, 0x06, 0, 0], // what is at FEE00030h to [608h]
    ...[0x31, 0xc0, 0x0f, 0x30], // off
    ...[0xa1, 0x30, 0, 0, 0xd0, 0xa3, 0x0c, 0x06, 0, 0],
    ...[0xb8, 1, 0, 0, 0, 0x0f, 0xa2, 0xc1, 0xea, 9, 0x80, 0xe2, 1, 0x88, 0x15, 0x01, 0x06, 0, 0],
    ...STOP,
  ];
  const pc = kernel(...code);
  expect(await run(pc)).toBe('halted');
  expect([byte(pc), byte(pc, RESULT + 1)]).toEqual([1, 0]);
  const found = [4, 8, 12].map((at) => pc.vm.memory.readU32(RESULT + at));
  expect(found).toEqual([0x50014, 0xffffffff, 0xffffffff]);
  pc.restart();
  expect(pc.vm.mmio.read(0xfee00030, 4)).toBe(0x50014);
});

it('leads NMIs to the processor', async () => {
  const pc = kernel(
    ...[0xbc, 0, 0, 0x01, 0], // mov esp, 10000h
    ...[0x0f, 0x01, 0x1d, 0x40, 0x00, 0x10, 0x00], // lidt [100040h]
    ...[0xc7, 0x05, 0x00, 0x03, 0xe0, 0xfe, 0x00, 0x04, 0, 0], // mov dword [FEE00300h], 400h: NMI to APIC 0
    ...STOP,
    ...new Array<number>(6).fill(0x90),
    ...[0xfe, 0x05, 0x00, 0x06, 0, 0, 0xfa, 0xf4], // 30 - 2 = 1Eh: inc byte [600h]; cli; hlt
    ...new Array<number>(26).fill(0),
    ...[0x17, 0, 0x48, 0, 0x10, 0, 0, 0], // 40h: limit and base of the IDT
    ...new Array<number>(16).fill(0),
    ...[0x1e, 0, 0x08, 0, 0, 0x8e, 0x10, 0], // its entry 2: 0008:0010001E
  );
  expect(await run(pc)).toBe('halted');
  expect(byte(pc)).toBe(1);
});
