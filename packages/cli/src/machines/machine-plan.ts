import type { DevicePlan } from '../devices/device-plan.ts';
import type { PcPlan } from './pc/pc-plan.ts';

/** What the command builds a `pico` machine from. */
export interface PicoPlan {
  readonly machine: 'pico';
  /** Bytes. */
  readonly memory: number;
  /** Further devices, in their order. */
  readonly devices: readonly DevicePlan[];
}

/** What the command builds a machine from, as data: it goes into snapshots. */
export type MachinePlan = PicoPlan | PcPlan;
