import { checkNames, didYouMean, hex, showValue, VmError } from '@picovm/core';
import type { BreakpointKind, BreakpointSpec } from '../breakpoint.ts';

const KINDS: readonly BreakpointKind[] = ['execute', 'read', 'write', 'access', 'port'];
const NAMES: readonly (keyof BreakpointSpec)[] = ['kind', 'address', 'length'];
const LINEAR_END = 2 ** 32;
const PORTS_END = 0x10000;

/**
 * Makes sure that there can be such a breakpoint.
 * @returns its parts, of which the address is a number
 * @throws VmError `ERR_INVALID_ARGUMENT` saying which part is wrong, and what it may be
 */
export function checkBreakpoint(spec: BreakpointSpec): { kind: BreakpointKind; first: number; length: number } {
  checkNames('breakpoints.add()', spec, NAMES);
  const { kind, address, length = 1 } = spec;
  if (!KINDS.includes(kind)) {
    const meant = typeof kind === 'string' ? didYouMean(kind, KINDS) : '';
    throw wrong('kind', `one of ${KINDS.join(', ')}`, kind, meant);
  }
  const end = kind === 'port' ? PORTS_END : LINEAR_END;
  const first = typeof address === 'bigint' ? Number(address) : address;
  if (!Number.isSafeInteger(first) || first < 0 || first >= end) {
    const what = kind === 'port' ? 'a port' : 'a linear address';
    throw wrong('address', `${what}, an integer from 0 to ${hex(end - 1)}`, address);
  }
  const longest = kind === 'execute' ? 1 : end - first;
  if (!Number.isSafeInteger(length) || length < 1 || length > longest) {
    const needed = kind === 'execute' ? '1 for the kind execute' : `an integer from 1 to ${hex(longest)} there`;
    throw wrong('length', needed, length);
  }
  return { kind, first, length };
}

function wrong(name: keyof BreakpointSpec, needed: string, value: unknown, more = ''): VmError {
  const message = `breakpoints.add(): ${name} must be ${needed}, not ${showValue(value)}${more}`;
  return new VmError('ERR_INVALID_ARGUMENT', message, { [name]: value });
}
