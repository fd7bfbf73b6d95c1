import { blocksCase, randomCase, readsCase } from './cases/answers.ts';
import { failingBackendCase } from './cases/backend.ts';
import { disposeCase } from './cases/dispose.ts';
import { garbageStatesCase } from './cases/garbage-states.ts';
import { independenceCase, togetherCase } from './cases/independence.ts';
import { maskedInterruptCase, resetInterruptCase, restoredInterruptCase } from './cases/interrupts.ts';
import { manifestCase, placesCase } from './cases/manifest.ts';
import { memoryCase } from './cases/memory.ts';
import { optionsCase } from './cases/options.ts';
import { resetCase } from './cases/reset.ts';
import { plainDataCase, restoreCase, resumeCase } from './cases/snapshots.ts';
import { guestTimeCase, lateAlarmsCase } from './cases/time.ts';
import type { DeviceCase } from './device-case.ts';

/** All that is true of every device, in the order in which it is tested. */
export const DEVICE_CASES: readonly DeviceCase[] = [
  manifestCase,
  placesCase,
  optionsCase,
  readsCase,
  blocksCase,
  randomCase,
  memoryCase,
  resetCase,
  plainDataCase,
  restoreCase,
  resumeCase,
  garbageStatesCase,
  maskedInterruptCase,
  restoredInterruptCase,
  resetInterruptCase,
  failingBackendCase,
  disposeCase,
  independenceCase,
  togetherCase,
  guestTimeCase,
  lateAlarmsCase,
];
