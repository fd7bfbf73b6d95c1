import { didYouMean, showValue, VmError } from '@picovm/core';
import type { CpuBus } from './cpu-bus.ts';

// As a record, so that the compiler misses a name that is missing here.
const FUNCTIONS: Record<keyof CpuBus, true> = {
  readPort: true,
  writePort: true,
  readMemory: true,
  writeMemory: true,
  cpuid: true,
  rdmsr: true,
  wrmsr: true,
};
const NAMES = Object.keys(FUNCTIONS) as (keyof CpuBus)[];

/**
 * Makes sure that a bus is one. What is no function and not almost called like one is its own affair: it may keep its state
 * there.
 * @throws VmError `ERR_INVALID_ARGUMENT`
 */
export function checkBus(bus: CpuBus): void {
  if (typeof bus !== 'object' || bus === null || Array.isArray(bus)) {
    throw invalid(`must be an object with functions, such as { readPort: (port) => 0 }, not ${showValue(bus)}`);
  }
  for (const name of NAMES) {
    const value = bus[name];
    if (value === undefined || typeof value === 'function') continue;
    throw invalid(`has a ${name} that must be a function, not ${showValue(value)}`, { name, value });
  }
  for (const name of namesOf(bus)) {
    if (Object.hasOwn(FUNCTIONS, name)) continue;
    const meant = didYouMean(name, NAMES);
    const isOwn = Object.hasOwn(bus, name) && typeof (bus as Record<string, unknown>)[name] === 'function';
    if (meant === '' && !(isOwn && isPlain(bus))) continue;
    throw invalid(`has no function ${showValue(name)}: it has ${NAMES.join(', ')}${meant}`, { name });
  }
}

// Those of the classes that it is of, too.
function namesOf(bus: object): string[] {
  const names = new Set<string>();
  for (let each: object | null = bus; each !== null && each !== Object.prototype; each = Object.getPrototypeOf(each)) {
    for (const name of Object.getOwnPropertyNames(each)) names.add(name);
  }
  return [...names];
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function invalid(problem: string, details: Record<string, unknown> = {}): VmError {
  return new VmError('ERR_INVALID_ARGUMENT', `the bus of a CPU ${problem}`, details);
}
