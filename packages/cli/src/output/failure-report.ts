import { type AccessRecord, hex, type RunResult, type Vm, type VmError } from '@picovm/core';
import { printable } from './printable.ts';
import { formatRegisters } from './registers.ts';
import { stackOf, throwSite } from './throw-site.ts';
import { hexBytes, traceLine } from './trace-line.ts';

const CODE_BYTES = 16;

/** What a person needs to find out why a guest failed: where a device threw, registers, exit, code, the last accesses. */
export function failureReport(vm: Vm, result: RunResult): string[] {
  const { cpu, exit, recentAccesses, error } = result;
  return [
    ...(error === undefined ? [] : thrownAt(error)),
    ...formatRegisters(cpu),
    `exit: ${exit === undefined ? 'none' : traceLine(exit)}`,
    `code at ${cpu.location}: ${codeBytes(vm, cpu.codeAddress)}`,
    recentAccesses.length === 0 ? 'no accesses to ports or MMIO' : 'last accesses to ports and MMIO, the newest last:',
    ...recentAccesses.map((access) => `  ${accessLine(access)}`),
  ];
}

// A machine that failed before a snapshot has no more of the error than its message.
function thrownAt(error: VmError): string[] {
  if (error.cause === undefined) return [];
  if (process.env.PICOVM_DEBUG) return stackOf(error.cause).split('\n').map(printable);
  const site = throwSite(error);
  const all = 'PICOVM_DEBUG=1 in the environment shows the whole stack';
  return [
    site === undefined ? `thrown within picovm, or without a stack: ${all}` : printable(`thrown at ${site} (${all})`),
  ];
}

function codeBytes(vm: Vm, address: number | undefined): string {
  if (address === undefined) return 'not known';
  const length = Math.min(CODE_BYTES, vm.memory.contiguous(address));
  return length === 0 ? 'there is no memory' : hexBytes(vm.memory.read(address, length));
}

function accessLine({ space, direction, address, size, count, value }: AccessRecord): string {
  const width = count > 1 ? `${size}x${count}` : `${size}`;
  const name = space === 'port' ? 'io' : 'mmio';
  return `${name} ${direction} ${hex(address, space === 'port' ? 4 : 8)} ${width} ${hex(value, size * 2)}`;
}
