import { RFLAGS, realModeSegment, resetRegisters, resetSpecialRegisters, X86_GPRS } from '@picovm/core/x86';
import { checkEqual } from '../../check.ts';
import type { AcceleratorCase } from '../accelerator-case.ts';
import { Bench } from '../bench.ts';
import { PROGRAMS } from '../programs.ts';

const EIGHT = X86_GPRS.slice(0, 8);
const SEGMENT_FIELDS = ['selector', 'base', 'limit', 'present'] as const;

/** Registers, as the host sets and reads them. */
export const REGISTER_CASES: readonly AcceleratorCase[] = [
  {
    name: 'keeps the registers that it is given',
    run: (accelerator) => {
      using bench = new Bench(accelerator, PROGRAMS.sum);
      const values = Object.fromEntries(EIGHT.map((name, n) => [name, 0xf0e0d001n + BigInt(n) * 0x01010101n]));
      const flags = BigInt(RFLAGS.FIXED | RFLAGS.CF | RFLAGS.ZF | RFLAGS.DF | RFLAGS.IF);
      bench.vcpu.setRegisters({ ...values, rip: 0x4321n, rflags: flags });
      bench.vcpu.setRegisters({ rcx: 0x77n });
      const { rip, rflags, ...registers } = bench.vcpu.getRegisters();
      checkEqual(rip, 0x4321n, 'rip');
      checkEqual(rflags, flags, 'rflags');
      for (const name of EIGHT) checkEqual(registers[name], name === 'rcx' ? 0x77n : values[name], name);
    },
  },
  {
    name: 'keeps the special registers that it is given',
    run: (accelerator) => {
      using bench = new Bench(accelerator, PROGRAMS.sum);
      const before = bench.vcpu.getSpecialRegisters();
      const given = {
        ds: realModeSegment(0x1234),
        gs: realModeSegment(0xabcd),
        gdt: { base: 0x12340n, limit: 0x77 },
        idt: { base: 0x100n, limit: 0x3ff },
        cr2: 0x5678000n,
      };
      bench.vcpu.setSpecialRegisters(given);
      const after = bench.vcpu.getSpecialRegisters();
      checkEqual(after.gdt, given.gdt, 'gdt');
      checkEqual(after.idt, given.idt, 'idt');
      checkEqual(after.cr2, given.cr2, 'cr2');
      for (const field of SEGMENT_FIELDS) {
        checkEqual(after.ds[field], given.ds[field], `ds.${field}`);
        checkEqual(after.gs[field], given.gs[field], `gs.${field}`);
        for (const name of ['cs', 'ss', 'es', 'fs'] as const) {
          checkEqual(after[name][field], before[name][field], `${name}.${field}, which was not named`);
        }
      }
      checkEqual(after.cr0, before.cr0, 'cr0, which was not named');
    },
  },
  {
    name: 'the guest sees the segments that it is given',
    run: (accelerator) => {
      using bench = new Bench(accelerator, PROGRAMS.readSegments);
      bench.memory.writeU8(0x2012, 0x5a);
      bench.memory.writeU8(0x3034, 0xa5);
      bench.vcpu.setSpecialRegisters({ ds: realModeSegment(0x200), es: realModeSegment(0x300) });
      bench.runToHalt();
      bench.expectRegisters({ rax: 0x200, rbx: 0x300, rcx: 0xa55a });
    },
  },
  {
    name: 'starts in the state after RESET, and reset leads there',
    run: (accelerator) => {
      using bench = new Bench(accelerator);
      expectResetState('a new vCPU', bench);
      using used = new Bench(accelerator, PROGRAMS.sum);
      used.runToHalt();
      used.vcpu.setSpecialRegisters({ ds: realModeSegment(0x1234), idt: { base: 0x100n, limit: 7 } });
      used.vcpu.reset();
      expectResetState('a vCPU after reset', used);
    },
  },
];

// Intel SDM volume 3A, table 10-1. RDX tells the processor's model, and bits of CR0 and CR4 that it has: not looked at.
function expectResetState(what: string, { vcpu }: Bench): void {
  const registers = vcpu.getRegisters();
  const wanted = resetRegisters();
  for (const name of [...EIGHT, 'rip', 'rflags'] as const) {
    if (name !== 'rdx') checkEqual(registers[name], wanted[name], `${what}: ${name}`);
  }
  const special = vcpu.getSpecialRegisters();
  const wantedSpecial = resetSpecialRegisters();
  for (const name of ['cs', 'ds', 'es', 'ss', 'fs', 'gs'] as const) {
    for (const field of SEGMENT_FIELDS) {
      checkEqual(special[name][field], wantedSpecial[name][field], `${what}: ${name}.${field}`);
    }
  }
  checkEqual(special.idt, wantedSpecial.idt, `${what}: idt`);
  checkEqual(special.cr0, wantedSpecial.cr0, `${what}: cr0`);
}
