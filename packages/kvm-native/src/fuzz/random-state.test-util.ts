import { noEvents, X86_DEBUG_REGISTERS, X86_GPRS, type X86Registers, type X86VcpuState } from '@picovm/core/x86';
import type { Random } from './random.test-util.ts';
import { PLACE } from './random-memory.test-util.ts';
import { type Mode, randomSpecial } from './random-special.test-util.ts';

/** Some of the model-specific registers that guests have, with those of KVM's own. */
const MSRS = [
  0x10, 0x1b, 0x3a, 0x3b, 0x8b, 0x174, 0x175, 0x176, 0x17a, 0x1a0, 0x1d9, 0x200, 0x201, 0x250, 0x258, 0x268, 0x277, 0x2ff,
  0x400, 0x401, 0x6e0, 0xda0, 0xc0000080, 0xc0000081, 0xc0000082, 0xc0000083, 0xc0000084, 0xc0000100, 0xc0000101, 0xc0000102,
  0xc0000103, 0x4b564d00, 0x4b564d01, 0x4b564d02, 0x4b564d03, 0x4b564d04, 0x4b564d05, 0x40000000, 0x40000001, 0x40000073,
]; // biome-ignore format: a table
const VM_FLAG = 1n << 17n;

/** General-purpose registers: mostly addresses of the guest's memory, RIP in its code. */
export function randomRegisters(random: Random, mode: Mode): X86Registers {
  const flat = mode !== 'real' && mode !== 'virtual-8086';
  const value = (): bigint => (random.oneIn(3) ? random.wide() : BigInt(random.below(0x40000)));
  const offset = random.below(PLACE.CODE_BYTES);
  const flags = BigInt(random.next() & (random.oneIn(4) ? 0xffffffff : 0x247fd7)) | 2n;
  return {
    ...(Object.fromEntries(X86_GPRS.map((name) => [name, value()])) as unknown as X86Registers),
    rsp: random.oneIn(4) ? random.wide() : BigInt(PLACE.STACK),
    rip: random.oneIn(12) ? random.wide() : BigInt(flat ? PLACE.CODE + offset : offset),
    rflags: mode === 'virtual-8086' ? flags | VM_FLAG : flags & ~(random.oneIn(20) ? 0n : VM_FLAG),
  };
}

/** A whole state: of `start`, which the vCPU has, with everything in it random. */
export function randomState(random: Random, mode: Mode, start: X86VcpuState): X86VcpuState {
  const debug = Object.fromEntries(
    X86_DEBUG_REGISTERS.map((name) => [name, random.oneIn(2) ? start.debug[name] : random.wide()]),
  );
  const fpu = {
    st: random.bytes(128),
    xmm: random.bytes(256),
    fcw: random.next() & 0xffff,
    fsw: random.next() & 0xffff,
    ftw: random.next() & 0xff,
    fop: random.next() & 0x7ff,
    fip: random.wide(),
    fdp: random.wide(),
    mxcsr: random.oneIn(4) ? random.next() : random.next() & 0xffbf,
  };
  const xcr0 = random.oneIn(4) ? random.wide() : BigInt(random.pick([1, 3, 7]));
  const components = start.xsave.components.map(({ number, data }) => ({ number, data: random.bytes(data.length) }));
  return {
    ...start,
    registers: randomRegisters(random, mode),
    special: randomSpecial(random, mode, start.special),
    debug: debug as unknown as X86VcpuState['debug'],
    fpu,
    xsave: random.oneIn(4) ? { xcr0, components } : start.xsave,
    tsc: random.wide(),
    kvmClock: random.oneIn(2) ? start.kvmClock : random.wide(),
    msrs: random.oneIn(3) ? randomMsrs(random) : start.msrs,
    events: random.oneIn(2) ? noEvents() : randomEvents(random),
  };
}

function randomMsrs(random: Random): X86VcpuState['msrs'] {
  const count = random.oneIn(4) ? 1 + random.below(8) : 1;
  const chosen = new Set(Array.from({ length: count }, () => random.pick(MSRS)));
  return [...chosen].sort((a, b) => a - b).map((index) => ({ index, value: random.wide() }));
}

function randomEvents(random: Random): X86VcpuState['events'] {
  return {
    interruptShadow: random.pick(['none', 'sti', 'mov-ss'] as const),
    interrupt: random.oneIn(3) ? random.below(256) : null,
    exception: random.oneIn(3) ? { vector: random.below(32), errorCode: random.oneIn(2) ? null : random.next() } : null,
    nmiPending: random.oneIn(3),
    nmiMasked: random.oneIn(3),
    shutdown: random.oneIn(20),
  };
}
