import { type Accelerator, decodeSnapshot, encodeSnapshot } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';
import { checkEqual } from '../../check.ts';
import type { AcceleratorCase } from '../accelerator-case.ts';
import { Bench } from '../bench.ts';
import { RAM } from '../guest-setup.ts';
import { machine, runToEnd } from '../machine.ts';
import { PROGRAMS } from '../programs.ts';

/** Accesses behind which `progress` is stopped. */
const STOPS = [1, 2, 50, 100];

/** The state of a vCPU, taken and given back. */
export const SNAPSHOT_CASES: readonly AcceleratorCase[] = [
  {
    name: 'a vCPU goes on from a snapshot, in another machine',
    run: (accelerator) => {
      for (const stop of STOPS) {
        using first = stoppedBehind(accelerator, stop);
        const state = first.vcpu.snapshot();
        using second = new Bench(accelerator, PROGRAMS.sum);
        second.memory.write(RAM.base, first.memory.read(RAM.base, RAM.size));
        second.vcpu.restore(state);
        checkEqual(second.vcpu.getRegisters(), first.vcpu.getRegisters(), 'the registers that were restored');
        expectSameEnd(first, second, stop);
      }
    },
  },
  {
    name: 'a vCPU goes back to a snapshot',
    run: (accelerator) => {
      using bench = stoppedBehind(accelerator, 30);
      const state = bench.vcpu.snapshot();
      const memory = bench.memory.read(RAM.base, RAM.size);
      bench.runToHalt();
      const end = bench.vcpu.getRegisters();
      bench.memory.write(RAM.base, memory);
      bench.vcpu.restore(state);
      bench.runToHalt();
      checkEqual(bench.vcpu.getRegisters(), end, 'the registers at the end');
      checkEqual(bench.sink.trace.slice(100), bench.sink.trace.slice(30, 100), 'what the sink saw the second time');
    },
  },
  {
    name: 'a machine goes on from a snapshot, in another machine',
    run: async (accelerator) => {
      using first = machine(accelerator, PROGRAMS.progress);
      checkEqual((await first.run({ maxExits: 37 })).outcome, 'max-exits', 'the outcome');
      using second = machine(accelerator, PROGRAMS.sum);
      await runToEnd(second);
      second.restore(decodeSnapshot(encodeSnapshot(first.snapshot())));
      const ends = [await runToEnd(first), await runToEnd(second)].map(({ outcome, counters }) => {
        return { outcome, exits: counters.totalExits };
      });
      checkEqual(ends[1], ends[0], 'how it ended');
      checkEqual(second.vcpu.getRegisters(), first.vcpu.getRegisters(), 'the registers at the end');
      const { base, size } = RAM;
      checkEqual(second.memory.read(base, size), first.memory.read(base, size), 'the memory at the end');
    },
  },
  {
    name: 'a snapshot keeps segments, tables and flags',
    run: (accelerator) => {
      using first = new Bench(accelerator, PROGRAMS.waitForInterrupt);
      first.runToHalt();
      first.vcpu.setSpecialRegisters({ idt: { base: 0n, limit: 0x1ff }, gdt: { base: 0x5678n, limit: 0x2f } });
      using second = new Bench(accelerator, PROGRAMS.sum);
      second.vcpu.restore(first.vcpu.snapshot());
      checkEqual(second.vcpu.getRegisters(), first.vcpu.getRegisters(), 'the registers');
      checkEqual(second.vcpu.getSpecialRegisters(), first.vcpu.getSpecialRegisters(), 'the special registers');
    },
  },
];

function stoppedBehind(accelerator: Accelerator<X86Vcpu>, accesses: number): Bench {
  const bench = new Bench(accelerator, PROGRAMS.progress);
  bench.sink.onAccess = () => {
    if (bench.sink.trace.length + 1 === accesses) bench.vcpu.kick();
  };
  checkEqual(bench.run().reason, 'kicked', 'the exit');
  return bench;
}

function expectSameEnd(first: Bench, second: Bench, stop: number): void {
  for (const bench of [first, second]) bench.runToHalt();
  checkEqual(second.vcpu.getRegisters(), first.vcpu.getRegisters(), 'the registers at the end');
  checkEqual(second.vcpu.getSpecialRegisters(), first.vcpu.getSpecialRegisters(), 'the special registers at the end');
  const { base, size } = RAM;
  checkEqual(second.memory.read(base, size), first.memory.read(base, size), 'the memory at the end');
  checkEqual(second.sink.trace, first.sink.trace.slice(stop), 'what the sink saw behind the snapshot');
}
