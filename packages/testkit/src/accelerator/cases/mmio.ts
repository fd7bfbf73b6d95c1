import { checkEqual } from '../../check.ts';
import type { AcceleratorCase } from '../accelerator-case.ts';
import { Bench } from '../bench.ts';
import { machine, runToEnd } from '../machine.ts';
import { PROGRAMS } from '../programs.ts';
import { traceLine } from '../recording-sink.ts';

const write = (at: number, size: number, value: number): string => traceLine('mmio', 'write', at, size, value);
const read = (at: number, size: number, value: number): string => traceLine('mmio', 'read', at, size, value);

/** Accesses to addresses that are not memory. */
export const MMIO_CASES: readonly AcceleratorCase[] = [
  {
    name: 'MMIO writes reach the sink with size and value',
    run: (accelerator) => {
      using bench = new Bench(accelerator, PROGRAMS.mmioWrites);
      bench.runToHalt();
      bench.expectTrace(write(0x10010, 1, 0xef), write(0x10020, 2, 0xbeef));
    },
  },
  {
    name: 'MMIO reads get what the sink answers',
    run: (accelerator) => {
      using bench = new Bench(accelerator, PROGRAMS.mmioReads);
      bench.sink.answers.push(0xa1, 0xb2c3);
      bench.runToHalt();
      bench.expectTrace(read(0x10010, 1, 0xa1), read(0x10020, 2, 0xb2c3));
      bench.expectRegisters({ rbx: 0x55a1, rcx: 0xb2c3 });
    },
  },
  {
    name: 'MMIO accesses of 32 bits',
    run: (accelerator) => {
      using bench = new Bench(accelerator, PROGRAMS.mmio32);
      bench.sink.answers.push(0xfedcba98);
      bench.runToHalt();
      bench.expectTrace(write(0x10030, 4, 0xdeadbeef), read(0x10040, 4, 0xfedcba98));
      bench.expectRegisters({ rbx: 0xfedcba98 });
    },
  },
  {
    name: 'an access across the end of memory is split there',
    run: (accelerator) => {
      using bench = new Bench(accelerator, PROGRAMS.mmioStraddle);
      bench.sink.answers.push(0x77);
      bench.runToHalt();
      checkEqual(bench.memory.readU8(0xffff), 0xef, 'the last byte of the memory');
      bench.expectTrace(write(0x10000, 1, 0xbe), read(0x10000, 1, 0x77));
      bench.expectRegisters({ rbx: 0x77ef });
    },
  },
  {
    name: 'what nobody owns reads as all ones',
    run: async (accelerator) => {
      using vm = machine(accelerator, PROGRAMS.unmapped);
      const { outcome, counters } = await runToEnd(vm);
      checkEqual(outcome, 'halted', 'the outcome');
      const { rax, rcx } = vm.vcpu.getRegisters();
      checkEqual(rax, 0xffn, 'AL, read from a port');
      checkEqual(rcx, 0xffffn, 'CX, read from an address');
      checkEqual(
        counters.unmapped,
        { port: { reads: 1, writes: 1 }, mmio: { reads: 1, writes: 1 } },
        'the unmapped accesses',
      );
    },
  },
];
