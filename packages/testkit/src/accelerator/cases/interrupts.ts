import type { ControlExit, Device, IrqLine } from '@picovm/core';
import { RFLAGS } from '@picovm/core/x86';
import { check, checkEqual } from '../../check.ts';
import type { AcceleratorCase } from '../accelerator-case.ts';
import { Bench } from '../bench.ts';
import { CODE, HANDLER, STACK, VECTOR } from '../guest-setup.ts';
import { machine, portDevice, runToEnd } from '../machine.ts';
import { PROGRAMS } from '../programs.ts';
import { traceLine } from '../recording-sink.ts';

const ALARM_NS = 1e6;
const handled = traceLine('port', 'write', 0x20, 1, 0);
const cameBack = traceLine('port', 'write', 0x80, 1, 0);

/** External interrupts. */
export const INTERRUPT_CASES: readonly AcceleratorCase[] = [
  {
    name: 'an interrupt is delivered in its window, and returns',
    run: (accelerator) => {
      using bench = new Bench(accelerator, PROGRAMS.waitForInterrupt);
      checkEqual(bench.run(), { reason: 'halt', interruptsEnabled: true }, 'the exit');
      bench.vcpu.requestInterruptWindow(true);
      checkEqual(bench.run(), { reason: 'irq-window' }, 'the exit, with a window wanted');
      bench.vcpu.injectInterrupt(VECTOR);
      bench.vcpu.requestInterruptWindow(false);
      bench.runToHalt();
      bench.expectTrace(handled, cameBack);
      bench.expectRegisters({ rsp: STACK, rip: CODE + 6 });
      // IRET has left them below SP: IP behind the HLT, CS, FLAGS with IF.
      checkEqual(bench.memory.readU16(STACK - 6), CODE + 2, 'the IP that was pushed');
      checkEqual(bench.memory.readU16(STACK - 4), 0, 'the CS that was pushed');
      checkEqual(bench.memory.readU16(STACK - 2) & RFLAGS.IF, RFLAGS.IF, 'IF in the FLAGS that were pushed');
    },
  },
  {
    name: 'interrupts are off in the handler of one',
    run: (accelerator) => {
      using bench = new Bench(accelerator, PROGRAMS.waitForInterrupt);
      bench.runToHalt();
      bench.vcpu.requestInterruptWindow(true);
      checkEqual(bench.run().reason, 'irq-window', 'the exit, with a window wanted');
      bench.vcpu.injectInterrupt(VECTOR);
      bench.sink.onAccess = () => bench.vcpu.kick();
      checkEqual(bench.run().reason, 'kicked', 'the exit in the handler');
      bench.expectRegisters({ rip: HANDLER + 2 });
      checkEqual(bench.vcpu.getRegisters().rflags & BigInt(RFLAGS.IF), 0n, 'IF in the handler');
    },
  },
  {
    name: 'no window opens while interrupts are off',
    run: (accelerator) => {
      using bench = new Bench(accelerator, PROGRAMS.masked);
      bench.vcpu.requestInterruptWindow(true);
      checkEqual(bench.run(), { reason: 'halt', interruptsEnabled: false }, 'the exit');
      bench.expectRegisters({ rax: 1 });
    },
  },
  {
    name: 'no window opens when it is no longer wanted',
    run: (accelerator) => {
      using bench = new Bench(accelerator, PROGRAMS.shadow);
      bench.vcpu.requestInterruptWindow(true);
      bench.vcpu.requestInterruptWindow(false);
      checkEqual(bench.run(), { reason: 'halt', interruptsEnabled: true }, 'the exit');
    },
  },
  {
    name: 'STI holds interrupts off for one instruction',
    run: (accelerator) => {
      using bench = new Bench(accelerator, PROGRAMS.shadow);
      bench.vcpu.requestInterruptWindow(true);
      let exit: ControlExit = bench.run();
      // Where KVM emulates instructions, it looks for the window only now and then; at the HLT it does.
      if (exit.reason === 'halt') exit = bench.run();
      checkEqual(exit.reason, 'irq-window', 'the exit');
      check(bench.vcpu.getRegisters().rax === 1n, 'the window must open behind the instruction that follows STI');
    },
  },
  {
    name: 'HLT waits for an interrupt',
    run: async (accelerator) => {
      const seen: string[] = [];
      let intr: IrqLine | undefined;
      const controller: Device = portDevice(0x20, { write: () => seen.push('handled') }, (context) => {
        intr = context.claimInterrupts({
          setLine: () => {},
          acknowledge: () => {
            intr?.set(false);
            return VECTOR;
          },
        });
        context.clock.alarm(context.clock.now() + ALARM_NS, () => intr?.set(true));
      });
      const port = portDevice(0x80, { write: () => seen.push('came back') });
      using vm = machine(accelerator, PROGRAMS.waitForInterrupt, [controller, port]);
      checkEqual((await runToEnd(vm)).outcome, 'halted', 'the outcome');
      checkEqual(seen, ['handled', 'came back'], 'what happened');
    },
  },
];
