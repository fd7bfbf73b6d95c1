import { type AccessRecord, hex, type RunResult, type Vm } from '@picovm/core';
import { formatRegisters } from './registers.ts';
import { hexBytes, traceLine } from './trace-line.ts';

const CODE_BYTES = 16;

/** What a person needs to find out why a guest failed: registers, exit, code, the last accesses. */
export function failureReport(vm: Vm, result: RunResult): string[] {
  const { cpu, exit, recentAccesses } = result;
  return [
    ...formatRegisters(cpu),
    `exit: ${exit === undefined ? 'none' : traceLine(exit)}`,
    `code at ${cpu.location}: ${codeBytes(vm, cpu.codeAddress)}`,
    recentAccesses.length === 0 ? 'no accesses to ports or MMIO' : 'last accesses to ports and MMIO, the newest last:',
    ...recentAccesses.map((access) => `  ${accessLine(access)}`),
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
