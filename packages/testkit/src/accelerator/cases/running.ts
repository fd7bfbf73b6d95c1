import type { RunBudget } from '@picovm/core';
import { RFLAGS, type X86Registers } from '@picovm/core/x86';
import { check, checkEqual } from '../../check.ts';
import { type AcceleratorCase, needsInstructionCount } from '../accelerator-case.ts';
import { Bench } from '../bench.ts';
import { CODE } from '../guest-setup.ts';
import { machine, portDevice, runToEnd } from '../machine.ts';
import { bytesOf, PROGRAMS } from '../programs.ts';
import { traceLine } from '../recording-sink.ts';

/** Shorter than `busy` takes anywhere. */
const SHORT: RunBudget = { nanoseconds: 1e6, instructions: undefined };

/** Running: to the end of a program, and to the end of a budget. */
export const RUNNING_CASES: readonly AcceleratorCase[] = [
  {
    name: 'probe and VM agree',
    run: async (accelerator) => {
      const probe = await accelerator.probe();
      check(probe.available, 'the accelerator must still be available');
      using bench = new Bench(accelerator);
      const declared = ({ exits, ...rest }: typeof probe.supports): unknown => ({ ...rest, exits: [...exits].sort() });
      checkEqual(declared(bench.vm.supports), declared(probe.supports), 'what the VM supports');
      for (const reason of ['io', 'mmio', 'halt', 'irq-window', 'slice-end', 'kicked'] as const) {
        check(probe.supports.exits.has(reason), `supports.exits must have '${reason}'`);
      }
      const { maxVcpus } = probe.supports;
      check(Number.isSafeInteger(maxVcpus) && maxVcpus >= 1, `supports.maxVcpus must be from 1 on, not ${maxVcpus}`);
    },
  },
  {
    name: 'runs to HLT',
    run: (accelerator) => {
      using bench = new Bench(accelerator, PROGRAMS.sum);
      checkEqual(bench.run(), { reason: 'halt', interruptsEnabled: false }, 'the exit');
      bench.expectRegisters({ rax: 0x0234, rbx: 0xf234, rcx: 0xffff, rip: CODE + bytesOf(PROGRAMS.sum).length });
      const defined = RFLAGS.CF | RFLAGS.PF | RFLAGS.ZF | RFLAGS.SF | RFLAGS.OF | RFLAGS.IF | RFLAGS.FIXED;
      checkEqual(Number(bench.vcpu.getRegisters().rflags) & defined, RFLAGS.SF | RFLAGS.FIXED, 'the flags');
    },
  },
  {
    name: 'runs 32-bit instructions',
    run: (accelerator) => {
      using bench = new Bench(accelerator, PROGRAMS.sum32);
      bench.runToHalt();
      bench.expectRegisters({ rax: 0x00020000, rcx: 0xffffffff });
    },
  },
  {
    name: 'goes on behind HLT',
    run: (accelerator) => {
      using bench = new Bench(accelerator, PROGRAMS.halts);
      checkEqual(bench.run(), { reason: 'halt', interruptsEnabled: false }, 'the first exit');
      bench.expectRegisters({ rip: CODE + 2 });
      checkEqual(bench.run(), { reason: 'halt', interruptsEnabled: true }, 'the second exit');
      bench.expectRegisters({ rip: CODE + 4 });
    },
  },
  {
    name: 'a time budget ends a loop',
    run: (accelerator) => {
      using bench = new Bench(accelerator, PROGRAMS.busy);
      checkEqual(bench.run(SHORT).reason, 'slice-end', 'the exit');
      const before = bench.vcpu.getRegisters();
      checkEqual(bench.run(SHORT).reason, 'slice-end', 'the exit of the next run');
      const after = bench.vcpu.getRegisters();
      check(left(after) < left(before), 'the guest must get on in each run');
    },
  },
  {
    name: 'an instruction budget is exact',
    unsupported: needsInstructionCount,
    run: (accelerator) => {
      for (const count of [1, 2, 3, 1000, 4097]) {
        using bench = new Bench(accelerator, PROGRAMS.countForever);
        checkEqual(bench.run({ instructions: count }).reason, 'slice-end', `the exit after ${count} instructions`);
        bench.expectRegisters({ rax: Math.ceil(count / 2), rip: CODE + (count % 2) });
      }
    },
  },
  {
    name: 'instructions are counted exactly',
    unsupported: needsInstructionCount,
    run: (accelerator) => {
      using bench = new Bench(accelerator, PROGRAMS.counted);
      const before = bench.vcpu.instructions;
      bench.run({ instructions: 7 });
      checkEqual(bench.vcpu.instructions - before, 7, 'instructions, after a budget of 7');
      bench.runToHalt();
      // mov, ten times inc and loop, out, hlt
      checkEqual(bench.vcpu.instructions - before, 23, 'instructions, at the end');
    },
  },
  {
    name: 'a kick in an access ends the run behind the instruction',
    run: (accelerator) => {
      for (const program of [PROGRAMS.writeThenCount, PROGRAMS.readThenCount]) {
        using bench = new Bench(accelerator, program);
        bench.sink.onAccess = () => bench.vcpu.kick();
        checkEqual(bench.run().reason, 'kicked', 'the exit');
        bench.expectRegisters({ rip: CODE + 2, rbx: 0 });
        checkEqual(bench.sink.trace.length, 1, 'the accesses so far');
        bench.runToHalt();
        checkEqual(bench.sink.trace.length, 1, 'the accesses in all');
      }
    },
  },
  {
    name: 'a kick before a run ends it at once, and once',
    run: (accelerator) => {
      using bench = new Bench(accelerator, PROGRAMS.writeThenCount);
      bench.vcpu.kick();
      bench.vcpu.kick();
      checkEqual(bench.run().reason, 'kicked', 'the exit');
      bench.expectRegisters({ rip: CODE });
      bench.expectTrace();
      bench.runToHalt();
      bench.expectTrace(traceLine('port', 'write', 0x80, 1, 0));
    },
  },
  {
    name: 'an abort signal ends the run',
    run: async (accelerator) => {
      const abort = new AbortController();
      const device = portDevice(0x80, { write: () => abort.abort() });
      using vm = machine(accelerator, PROGRAMS.writeThenCount, [device]);
      checkEqual((await vm.run({ signal: abort.signal })).outcome, 'aborted', 'the outcome');
      checkEqual(vm.vcpu.getRegisters().rax, 0n, 'AX, which counts behind the access');
    },
  },
  {
    name: 'a jump to itself is recognized',
    run: (accelerator) => {
      using stuck = new Bench(accelerator, PROGRAMS.selfJump);
      checkEqual(stuck.run(SHORT).reason, 'slice-end', 'the exit');
      checkEqual(stuck.vcpu.isStuck(true), true, 'isStuck(true), with interrupts off');
      stuck.vcpu.setRegisters({ rflags: BigInt(RFLAGS.FIXED | RFLAGS.IF) });
      checkEqual(stuck.vcpu.isStuck(true), false, 'isStuck(true), with interrupts on');
      checkEqual(stuck.vcpu.isStuck(false), true, 'isStuck(false), with interrupts on');
      using busy = new Bench(accelerator, PROGRAMS.countForever);
      checkEqual(busy.run(SHORT).reason, 'slice-end', 'the exit of a loop');
      checkEqual(busy.vcpu.isStuck(false), false, 'isStuck of a loop that counts');
    },
  },
  {
    name: 'a machine ends where its guest jumps to itself',
    run: async (accelerator) => {
      using vm = machine(accelerator, PROGRAMS.selfJump);
      const { outcome, cpu } = await runToEnd(vm);
      checkEqual(outcome, 'halted', 'the outcome');
      checkEqual(cpu.location, '0000:1000', 'the place');
    },
  },
  {
    name: 'dump tells the registers and the place',
    run: (accelerator) => {
      using bench = new Bench(accelerator, PROGRAMS.sum);
      bench.runToHalt();
      const { registers, location, codeAddress } = bench.vcpu.dump();
      const end = CODE + bytesOf(PROGRAMS.sum).length;
      checkEqual(registers.rax, 0x234n, 'registers.rax');
      checkEqual(registers.rip, BigInt(end), 'registers.rip');
      checkEqual(registers.cs, 0n, 'registers.cs');
      checkEqual(location, `0000:${end.toString(16)}`, 'location');
      checkEqual(codeAddress, end, 'codeAddress');
    },
  },
];

// What `busy` has still to count.
function left({ rcx, rdx }: X86Registers): bigint {
  return rdx * 0x10000n + (rcx === 0n ? 0x10000n : rcx);
}
