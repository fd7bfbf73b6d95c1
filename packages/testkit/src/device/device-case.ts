import type { Skip } from '../runner.ts';
import type { Subject } from './subject.ts';

/** Something that is true of every device, and how to find out. */
export interface DeviceCase {
  /** A sentence without its subject, the device: `answers every offset and width with an integer`. */
  readonly name: string;
  /** Whether there is anything to find out, as far as the manifest tells. Default: there is. */
  appliesTo?(subject: Subject): boolean;
  /** Throws if it is not so. */
  run(subject: Subject, skip: Skip): void | Promise<void>;
}
