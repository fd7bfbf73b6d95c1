import { EXIT_REASONS } from '@picovm/core';
import { check, checkEqual } from '../../check.ts';
import { Random } from '../../random.ts';
import { type AcceleratorCase, needsExit } from '../accelerator-case.ts';
import { Bench } from '../bench.ts';
import { failsWith } from '../fails-with.ts';
import { CODE, setUpGuest } from '../guest-setup.ts';
import { machine, portDevice, runToEnd } from '../machine.ts';
import { PROGRAMS } from '../programs.ts';
import { traceLine } from '../recording-sink.ts';

const SEED = 0x70696330;
const RANDOM_PROGRAMS = 100;
const RANDOM_BYTES = 128;
const ENTRIES = 4;
const ENTRY_NS = 200_000;

/** Guests, devices and hosts that do what they should not. */
export const FAULT_CASES: readonly AcceleratorCase[] = [
  {
    name: 'a triple fault is a shutdown',
    unsupported: needsExit('shutdown'),
    run: (accelerator) => {
      using bench = new Bench(accelerator, PROGRAMS.tripleFault);
      checkEqual(bench.run(), { reason: 'shutdown' }, 'the exit');
      bench.expectTrace(traceLine('port', 'write', 0x40, 1, 1));
      setUpGuest(bench.vcpu, bench.memory, PROGRAMS.sum);
      bench.runToHalt();
      bench.expectRegisters({ rax: 0x0234 });
    },
  },
  {
    name: 'random bytes as code never throw',
    run: (accelerator) => {
      using bench = new Bench(accelerator, PROGRAMS.sum);
      const random = new Random(SEED);
      for (let n = 0; n < RANDOM_PROGRAMS; n++) {
        setUpGuest(bench.vcpu, bench.memory, PROGRAMS.sum);
        const code = Uint8Array.from({ length: RANDOM_BYTES }, () => random.below(0x100));
        bench.memory.write(CODE, code);
        for (let entry = 0; entry < ENTRIES; entry++) {
          const { reason } = bench.run({ nanoseconds: ENTRY_NS });
          check(Object.hasOwn(EXIT_REASONS, reason), `'${reason}' is no exit reason`);
        }
        bench.sink.trace.length = 0;
      }
    },
  },
  {
    name: 'a device that throws ends the run, and the machine can go on',
    run: async (accelerator) => {
      const device = portDevice(0x80, {
        write: () => {
          throw new Error('the device is broken');
        },
      });
      using vm = machine(accelerator, PROGRAMS.writeThenCount, [device]);
      const { outcome, error } = await runToEnd(vm);
      checkEqual(outcome, 'failed', 'the outcome');
      checkEqual(error?.code, 'ERR_DEVICE', 'the code of the error');
      checkEqual(vm.vcpu.getRegisters().rax, 0n, 'AX, which counts behind the access');
      checkEqual((await runToEnd(vm)).outcome, 'halted', 'the outcome when it goes on');
      checkEqual(vm.vcpu.getRegisters().rax, 1n, 'AX then');
    },
  },
  {
    name: 'a device that answers with a promise ends the run',
    run: async (accelerator) => {
      const device = portDevice(0x80, { read: () => Promise.resolve(1) as unknown as number });
      using vm = machine(accelerator, PROGRAMS.readThenCount, [device]);
      const { outcome, error } = await runToEnd(vm);
      checkEqual(outcome, 'failed', 'the outcome');
      checkEqual(error?.code, 'ERR_DEVICE', 'the code of the error');
      checkEqual(vm.vcpu.getRegisters().rbx, 0n, 'BX, which counts behind the access');
    },
  },
  {
    name: 'machines are independent',
    run: (accelerator) => {
      using first = new Bench(accelerator, PROGRAMS.progress);
      using second = new Bench(accelerator, PROGRAMS.progress);
      for (const bench of [first, second]) bench.sink.onAccess = () => bench.vcpu.kick();
      second.vcpu.setRegisters({ rbx: 0x1000n });
      for (let round = 0; round < 100; round++) {
        checkEqual(first.run().reason, 'kicked', 'the exit of the first');
        checkEqual(second.run().reason, 'kicked', 'the exit of the second');
      }
      first.runToHalt();
      second.runToHalt();
      first.expectRegisters({ rbx: 5050 });
      second.expectRegisters({ rbx: 5050 + 0x1000 });
      checkEqual(first.memory.readU16(0x3000 + 2 * 99), 5050, 'the memory of the first');
      checkEqual(second.memory.readU16(0x3000 + 2 * 99), 5050 + 0x1000, 'the memory of the second');
      checkEqual([first.sink.trace.length, second.sink.trace.length], [100, 100], 'the accesses of each');
    },
  },
  {
    name: 'dispose may be called twice, and ends all use',
    run: async (accelerator) => {
      const bench = new Bench(accelerator, PROGRAMS.sum);
      bench.runToHalt();
      bench[Symbol.dispose]();
      bench[Symbol.dispose]();
      const vm = machine(accelerator, PROGRAMS.sum);
      await runToEnd(vm);
      vm.dispose();
      vm.dispose();
      await failsWith('ERR_VM_DISPOSED', () => vm.run(), 'run() after dispose()');
      using next = new Bench(accelerator, PROGRAMS.sum);
      next.runToHalt();
    },
  },
  {
    name: 'a vCPU that is disposed in the middle of a run ends it with a result',
    run: async (accelerator) => {
      const device = portDevice(0x80, { write: () => vm.vcpu.dispose() });
      using vm = machine(accelerator, PROGRAMS.writeThenCount, [device]);
      for (let round = 0; round < 2; round++) {
        const { outcome, error, cpu } = await runToEnd(vm);
        checkEqual([outcome, error?.code], ['failed', 'ERR_VM_DISPOSED'], 'the outcome, and the code of the error');
        checkEqual(cpu.codeAddress, undefined, 'where its code is');
      }
      await failsWith('ERR_VM_DISPOSED', () => vm.vcpu.dump(), 'dump() after dispose()');
      await failsWith('ERR_VM_DISPOSED', () => vm.vcpu.isStuck(true), 'isStuck() after dispose()');
    },
  },
];
