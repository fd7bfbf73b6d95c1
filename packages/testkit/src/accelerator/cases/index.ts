import type { AcceleratorCase } from '../accelerator-case.ts';
import { FAULT_CASES } from './faults.ts';
import { INTERRUPT_CASES } from './interrupts.ts';
import { MEMORY_CASES } from './memory.ts';
import { MMIO_CASES } from './mmio.ts';
import { PORT_CASES } from './ports.ts';
import { QUESTION_CASES } from './questions.ts';
import { REGISTER_CASES } from './registers.ts';
import { RUNNING_CASES } from './running.ts';
import { SNAPSHOT_CASES } from './snapshots.ts';

/** All cases of `testAccelerator`, in their order. */
export const CASES: readonly AcceleratorCase[] = [
  ...RUNNING_CASES,
  ...REGISTER_CASES,
  ...PORT_CASES,
  ...MMIO_CASES,
  ...QUESTION_CASES,
  ...INTERRUPT_CASES,
  ...MEMORY_CASES,
  ...SNAPSHOT_CASES,
  ...FAULT_CASES,
];
