import type { NativeSystem } from '../native/addon.ts';
import { ioctl, isIoctlError } from '../native/kvm-error.ts';

const HEADER_BYTES = 4;
const ENTRY_BYTES = 4;
/** Far more than any kernel has so far. */
const MOST_ENTRIES = 65536;

/** The model-specific registers that KVM can save and restore here (KVM_GET_MSR_INDEX_LIST). */
export function listedMsrs(system: NativeSystem): readonly number[] {
  for (let room = 256; ; room *= 2) {
    const list = new Uint8Array(HEADER_BYTES + room * ENTRY_BYTES);
    try {
      system.getMsrIndexList(list);
    } catch (error) {
      if (isIoctlError(error) && error.code === 'E2BIG' && room < MOST_ENTRIES) continue;
      return ioctl(() => {
        throw error;
      });
    }
    const [count, ...indices] = new Uint32Array(list.buffer);
    return indices.slice(0, count);
  }
}
