import { checkEqual } from '../../check.ts';
import type { AcceleratorCase } from '../accelerator-case.ts';
import { Bench } from '../bench.ts';
import { CODE } from '../guest-setup.ts';
import { machine, runToEnd } from '../machine.ts';
import { PROGRAMS } from '../programs.ts';
import { traceLine } from '../recording-sink.ts';

/** A page right behind the 64 KiB. */
const PAGE = { base: 0x10000, size: 0x1000 } as const;

/** Memory: what the guest and the host do to it. */
export const MEMORY_CASES: readonly AcceleratorCase[] = [
  {
    name: 'the guest cannot write read-only memory',
    unsupported: ({ readonlyMemory }) => (readonlyMemory ? undefined : 'supports.readonlyMemory is false'),
    run: (accelerator) => {
      using bench = new Bench(accelerator, PROGRAMS.writeFar, [{ ...PAGE, readonly: true }]);
      bench.memory.writeU16(0x10010, 0x5678);
      bench.runToHalt();
      bench.expectRegisters({ rbx: 0x5678 });
      checkEqual(bench.memory.readU16(0x10010), 0x5678, 'the word in read-only memory');
      bench.expectTrace();
    },
  },
  {
    name: 'code that changes itself is executed as it is then',
    run: (accelerator) => {
      using bench = new Bench(accelerator, PROGRAMS.selfModifying);
      bench.runToHalt();
      bench.expectRegisters({ rbx: 3 });
    },
  },
  {
    name: 'code that the host changes is executed as it is then',
    run: (accelerator) => {
      using bench = new Bench(accelerator, PROGRAMS.loadByte);
      for (const value of [1, 0x5a, 0xa5]) {
        bench.memory.writeU8(CODE + 1, value);
        bench.vcpu.setRegisters({ rip: BigInt(CODE) });
        bench.runToHalt();
        bench.expectRegisters({ rax: value });
      }
      bench.memory.view(CODE, 2)[1] = 0x77;
      bench.memory.markDirty(CODE + 1, 1);
      bench.vcpu.setRegisters({ rip: BigInt(CODE) });
      bench.runToHalt();
      bench.expectRegisters({ rax: 0x77 });
    },
  },
  {
    name: 'the dirty log has the pages that were written, and no others',
    run: async (accelerator) => {
      using vm = machine(accelerator, PROGRAMS.writePages);
      const { dirtyLog } = vm.memory;
      dirtyLog.start();
      await runToEnd(vm);
      vm.memory.writeU8(0x9000, 1);
      checkEqual(dirtyLog.take(), [0x3000, 0x5000, 0x6000, 0x9000], 'the pages written');
      checkEqual(dirtyLog.take(), [], 'the pages written since');
      vm.vcpu.setRegisters({ rip: BigInt(CODE) });
      await runToEnd(vm);
      checkEqual(dirtyLog.take(), [0x3000, 0x5000, 0x6000], 'the pages written in another run');
      dirtyLog.stop();
    },
  },
  {
    name: 'memory is there until its mapping is disposed',
    run: (accelerator) => {
      using bench = new Bench(accelerator, PROGRAMS.readFar, [PAGE]);
      const read = (): void => {
        bench.vcpu.setRegisters({ rip: BigInt(CODE) });
        bench.runToHalt();
      };
      bench.memory.writeU8(PAGE.base, 0x5a);
      read();
      bench.expectRegisters({ rbx: 0x5a });
      bench.expectTrace();
      bench.mappings[1][Symbol.dispose]();
      bench.sink.answers.push(0xa5);
      read();
      bench.expectRegisters({ rbx: 0xa5 });
      bench.expectTrace(traceLine('mmio', 'read', PAGE.base, 1, 0xa5));
      using _mapping = bench.vm.mapMemory(bench.memory.regions[1]);
      read();
      bench.expectRegisters({ rbx: 0x5a });
    },
  },
];
