import { VmError } from '@picovm/core';
import type { NativeStats } from '../native/addon.ts';
import { type KvmStat, readStats } from '../structures/stats.ts';
import { KvmDescriptor } from './descriptor.ts';

/** The counters of a VM or of a vCPU: what `getStatsFd` opens (api.rst 4.133). */
export class KvmStats extends KvmDescriptor<NativeStats> {
  /**
   * What the counters are of, and all of them as they are now.
   * @throws VmError `ERR_KVM`: EBADF when closed
   */
  read(): { id: string; stats: KvmStat[] } {
    return readStats((offset, length) => {
      const bytes = new Uint8Array(length);
      const count = this.call((native) => native.read(offset, bytes));
      if (count < length) throw new VmError('ERR_KVM', 'the counters of KVM end too early', { ioctl: 'read' });
      return bytes;
    });
  }
}
