import { check, checkEqual } from '../../check.ts';
import { type AcceleratorCase, needsExit } from '../accelerator-case.ts';
import { Bench } from '../bench.ts';
import { TRAPS } from '../guest-setup.ts';
import { PROGRAMS } from '../programs.ts';

const MSR = 0x12345678;
const GENERAL_PROTECTION = 13;

/** Instructions that ask the sink something. */
export const QUESTION_CASES: readonly AcceleratorCase[] = [
  {
    name: 'CPUID is answered by the sink',
    unsupported: needsExit('cpuid'),
    run: (accelerator) => {
      using bench = new Bench(accelerator, PROGRAMS.cpuid);
      let asked = 0;
      bench.sink.onCpuid = (exit) => {
        if (exit.leaf !== 0) return;
        asked++;
        exit.ebx = 0x6f636970;
      };
      bench.vcpu.sinkChanged();
      bench.runToHalt();
      check(asked > 0, 'the sink must be asked for leaf 0');
      bench.expectRegisters({ rbx: 0x6f636970 });
    },
  },
  {
    name: 'unknown MSRs are answered by the sink, or fault',
    unsupported: needsExit('rdmsr'),
    run: (accelerator) => {
      using bench = new Bench(accelerator, PROGRAMS.msr);
      bench.sink.msrs.set(MSR, 0x1122334455667788n).set(MSR + 1, 0n);
      bench.runToHalt();
      bench.expectRegisters({ rbx: 0x11223344 });
      checkEqual(bench.sink.msrs.get(MSR + 1), 0x5566778811223344n, 'what was written');
      bench.expectRegisters({ rip: TRAPS + GENERAL_PROTECTION + 1 });
    },
  },
];
