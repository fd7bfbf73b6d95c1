import type { AnyDeviceFactory } from '../../index.ts';
import { type Chime, chimes } from '../chime.test-util.ts';

/** A device that does one thing wrong. */
export interface BrokenDevice {
  /** What it does wrong. */
  readonly fault: string;
  readonly factory: AnyDeviceFactory;
}

/** Of each case, by its name, the devices that it is there to catch. */
export type BrokenDevices = Readonly<Record<string, readonly BrokenDevice[]>>;

export function broken(fault: string, Type: typeof Chime): BrokenDevice {
  return { fault, factory: chimes(Type) };
}
