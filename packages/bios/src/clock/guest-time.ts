import type { Guest } from '../guest/guest.ts';

/** A time of the VM's clock that is kept in the guest's memory. What is none there is long past. */
export function readTime({ memory }: Guest, address: number): number {
  const view = new DataView(memory.readBytes(address, 8).buffer);
  const time = view.getFloat64(0, true);
  return Number.isNaN(time) ? 0 : time;
}

/** Keeps a time of the VM's clock in the guest's memory. */
export function writeTime({ memory }: Guest, address: number, time: number): void {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, time, true);
  memory.writeBytes(address, new Uint8Array(view.buffer));
}
