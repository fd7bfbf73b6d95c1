import { checkEqual } from '../../check.ts';
import type { AcceleratorCase } from '../accelerator-case.ts';
import { Bench } from '../bench.ts';
import { PROGRAMS } from '../programs.ts';
import { traceLine } from '../recording-sink.ts';

const write = (port: number, size: number, value: number): string => traceLine('port', 'write', port, size, value);
const read = (port: number, size: number, value: number): string => traceLine('port', 'read', port, size, value);

/** Accesses to ports. */
export const PORT_CASES: readonly AcceleratorCase[] = [
  {
    name: 'port writes reach the sink with size and value',
    run: (accelerator) => {
      using bench = new Bench(accelerator, PROGRAMS.portWrites);
      bench.runToHalt();
      bench.expectTrace(write(0x40, 1, 0xef), write(0x42, 2, 0xbeef), write(0xfedc, 1, 0xef), write(0xfedc, 2, 0xbeef));
    },
  },
  {
    name: 'port reads get what the sink answers',
    run: (accelerator) => {
      using bench = new Bench(accelerator, PROGRAMS.portReads);
      bench.sink.answers.push(0xa1, 0xb2c3);
      bench.runToHalt();
      bench.expectTrace(read(0x40, 1, 0xa1), read(0x1234, 2, 0xb2c3));
      bench.expectRegisters({ rbx: 0x55a1, rax: 0xb2c3 });
    },
  },
  {
    name: 'port accesses of 32 bits',
    run: (accelerator) => {
      using writes = new Bench(accelerator, PROGRAMS.portWrites32);
      writes.runToHalt();
      writes.expectTrace(write(0x44, 4, 0xdeadbeef), write(0x1000, 4, 0xdeadbeef));
      using reads = new Bench(accelerator, PROGRAMS.portReads32);
      reads.sink.answers.push(0xb2c3, 0xfedcba98);
      reads.runToHalt();
      reads.expectTrace(read(0x40, 2, 0xb2c3), read(0x1234, 4, 0xfedcba98));
      reads.expectRegisters({ rbx: 0x5555b2c3, rax: 0xfedcba98 });
    },
  },
  {
    name: 'rep outs keeps size and count apart',
    run: (accelerator) => {
      using bench = new Bench(accelerator, PROGRAMS.stringWrite);
      bench.memory.write(0x2000, Uint8Array.of(0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99));
      bench.runToHalt();
      const words = [0x2211, 0x4433, 0x6655].map((word) => write(0x300, 2, word));
      const bytes = [0x77, 0x88].map((byte) => write(0x300, 1, byte));
      bench.expectTrace(...words, ...bytes);
      bench.expectRegisters({ rcx: 0, rsi: 0x2008 });
    },
  },
  {
    name: 'rep ins fills memory',
    run: (accelerator) => {
      using bench = new Bench(accelerator, PROGRAMS.stringRead);
      bench.memory.write(0x3000, new Uint8Array(16).fill(0xee));
      bench.sink.answers.push(0x2211, 0x4433, 0x6655, 0x77, 0x88);
      bench.runToHalt();
      const words = [0x2211, 0x4433, 0x6655].map((word) => read(0x300, 2, word));
      const bytes = [0x77, 0x88].map((byte) => read(0x300, 1, byte));
      bench.expectTrace(...words, ...bytes);
      const wanted = Uint8Array.of(0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0xee, 0xee);
      checkEqual(bench.memory.read(0x3000, wanted.length), wanted, 'the memory');
      bench.expectRegisters({ rcx: 0, rdi: 0x3008 });
    },
  },
];
