import { VmError } from '@picovm/core';
import type { Cpu } from './cpu.ts';

/** Refuses a call on a CPU that was given back. @param name of the function @throws VmError `ERR_VM_DISPOSED` */
export function checkAlive(cpu: Cpu, name: string): void {
  if (cpu.disposed) throw new VmError('ERR_VM_DISPOSED', `${name}() was called on a CPU that was disposed`);
}
