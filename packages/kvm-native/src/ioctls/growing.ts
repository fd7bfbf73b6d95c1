import { failedWith, ioctl } from '../native/kvm-error.ts';
import type { Entries } from '../structures/layout.ts';

/** More than any list of KVM's has. */
const MOST_ENTRIES = 65536;

/**
 * What an ioctl fills whose list has as many entries as it likes: with more and more room, as long as it answers E2BIG.
 * @throws VmError `ERR_KVM`
 */
export function fillEntries<T>(list: Entries<T>, room: number, fill: (bytes: Uint8Array) => number): T[] {
  for (;;) {
    const bytes = list.room(room);
    try {
      ioctl(() => fill(bytes));
      return list.decode(bytes);
    } catch (error) {
      if (!failedWith(error, 'E2BIG') || room >= MOST_ENTRIES) throw error;
      room *= 2;
    }
  }
}
