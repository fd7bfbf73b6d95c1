import type { VcpuState } from '../accelerator/accelerator.ts';
import { VmError } from '../errors.ts';
import { FieldReader, malformed } from '../snapshot/field-reader.ts';
import {
  X86_GPRS,
  X86_SEGMENT_FIELDS,
  X86_SEGMENTS,
  type X86DescriptorTable,
  type X86Registers,
  type X86Segment,
  type X86SpecialRegisters,
} from './registers.ts';
import {
  X86_DEBUG_REGISTERS,
  X86_STATE_VERSION,
  type X86DebugRegisters,
  type X86Events,
  type X86Exception,
  type X86FpuState,
  type X86Monitor,
  type X86Msr,
  type X86VcpuState,
  type X86XsaveComponent,
  type X86XsaveState,
} from './vcpu-state.ts';

/** Of the name of a processor, which may list its features. */
const MAX_NAME = 300;
/** Half of what a number counts exactly: the vCPU still has to count on from there. */
const MAX_INSTRUCTIONS = 2 ** 52;

/**
 * Makes sure that a state is one of an x86 vCPU: every field is there and in its range. What the values mean together is
 * for the accelerator to judge.
 * @returns a copy with nothing but the fields of `X86VcpuState`
 * @throws VmError `ERR_SNAPSHOT_FORMAT`; `ERR_SNAPSHOT_VERSION` if a newer version wrote it
 */
export function readX86VcpuState(state: VcpuState): X86VcpuState {
  const fields = new FieldReader("the vCPU's state", state);
  if (fields.string('arch') !== 'x86') throw malformed(`the vCPU's state is of ${fields.string('arch')}, not of x86`);
  const version = fields.integer('version');
  if (version > X86_STATE_VERSION) {
    throw new VmError(
      'ERR_SNAPSHOT_VERSION',
      `the vCPU's state has the version ${version}, and this version of @picovm/core reads up to ${X86_STATE_VERSION}: ` +
        'install a newer one',
      { version, supported: X86_STATE_VERSION },
    );
  }
  if (version < 1) throw malformed(`the vCPU's state has the version ${version}`);
  return {
    arch: 'x86',
    version: X86_STATE_VERSION,
    model: fields.string('model', MAX_NAME),
    registers: readRegisters(fields.record('registers')),
    special: readSpecial(fields.record('special')),
    debug: readAll(fields.record('debug'), X86_DEBUG_REGISTERS) as unknown as X86DebugRegisters,
    fpu: readFpu(fields.record('fpu')),
    xsave: readXsave(fields.record('xsave')),
    tsc: fields.bigint('tsc'),
    kvmClock: fields.bigint('kvmClock'),
    msrs: readMsrs(fields.records('msrs')),
    events: readEvents(fields.record('events')),
    instructions: fields.integer('instructions', MAX_INSTRUCTIONS),
    a20: fields.boolean('a20'),
    testRegisters: readTestRegisters(fields.list('testRegisters')),
    ...(fields.has('pdptes') && { pdptes: readPdptes(fields.list('pdptes')) }),
    ...(fields.has('monitor') && { monitor: readMonitor(fields.record('monitor')) }),
  };
}

function readAll(fields: FieldReader, names: readonly string[]): Record<string, bigint> {
  return Object.fromEntries(names.map((name) => [name, fields.bigint(name)]));
}

function readRegisters(fields: FieldReader): X86Registers {
  return readAll(fields, [...X86_GPRS, 'rip', 'rflags']) as unknown as X86Registers;
}

function readSpecial(fields: FieldReader): X86SpecialRegisters {
  return Object.fromEntries([
    ...[...X86_SEGMENTS, 'tr', 'ldt'].map((name) => [name, readSegment(fields.record(name))]),
    ...['gdt', 'idt'].map((name) => [name, readTable(fields.record(name))]),
    ...['cr0', 'cr2', 'cr3', 'cr4', 'cr8', 'efer', 'apicBase'].map((name) => [name, fields.bigint(name)]),
  ]) as X86SpecialRegisters;
}

function readSegment(fields: FieldReader): X86Segment {
  const rest = Object.entries(X86_SEGMENT_FIELDS).map(([name, max]) => [name, fields.integer(name, max)]);
  return { base: fields.bigint('base'), ...Object.fromEntries(rest) };
}

function readTable(fields: FieldReader): X86DescriptorTable {
  return { base: fields.bigint('base'), limit: fields.integer('limit', 0xffff) };
}

function readFpu(fields: FieldReader): X86FpuState {
  return {
    st: fields.bytes('st', 128),
    fcw: fields.integer('fcw', 0xffff),
    fsw: fields.integer('fsw', 0xffff),
    ftw: fields.integer('ftw', 0xff),
    fop: fields.integer('fop', 0xffff),
    fip: fields.bigint('fip'),
    fdp: fields.bigint('fdp'),
    xmm: fields.bytes('xmm', 256),
    mxcsr: fields.integer('mxcsr', 0xffffffff),
  };
}

const LARGEST_COMPONENT = 0x10000;

function readXsave(fields: FieldReader): X86XsaveState {
  const components = fields.records('components').map((component): X86XsaveComponent => {
    const data = component.bytes('data');
    if (data.length > LARGEST_COMPONENT) throw malformed("the vCPU's state has a component of XSAVE that is too large");
    return { number: component.integer('number', 62, 2), data };
  });
  if (components.some(({ number }, i) => i > 0 && number <= components[i - 1].number)) {
    throw malformed("the vCPU's state has components of XSAVE that do not ascend");
  }
  return { xcr0: fields.bigint('xcr0'), components };
}

function readMsrs(list: readonly FieldReader[]): X86Msr[] {
  const msrs = list.map((fields) => ({ index: fields.integer('index', 0xffffffff), value: fields.bigint('value') }));
  if (msrs.some(({ index }, i) => i > 0 && index <= msrs[i - 1].index)) {
    throw malformed("the vCPU's state has MSRs that do not ascend");
  }
  return msrs;
}

function readEvents(fields: FieldReader): X86Events {
  return {
    interruptShadow: fields.oneOf('interruptShadow', ['none', 'sti', 'mov-ss']),
    interrupt: orNull(fields, 'interrupt', 255),
    exception: fields.unknown('exception') === null ? null : readException(fields.record('exception')),
    nmiPending: fields.boolean('nmiPending'),
    nmiMasked: fields.boolean('nmiMasked'),
    shutdown: fields.boolean('shutdown'),
    ...(fields.has('debugTrap') && { debugTrap: readDebugTrap(fields) }),
  };
}

/** B0 to B3, and BT. */
const DEBUG_TRAPS = 0x800f;

function readDebugTrap(fields: FieldReader): number {
  const reasons = fields.integer('debugTrap', DEBUG_TRAPS);
  if ((reasons & ~DEBUG_TRAPS) !== 0) throw malformed(`the vCPU's state has a debug trap for the reasons ${reasons}`);
  return reasons;
}

function readException(fields: FieldReader): X86Exception {
  return { vector: fields.integer('vector', 31), errorCode: orNull(fields, 'errorCode', 0xffffffff) };
}

function orNull(fields: FieldReader, name: string, max: number): number | null {
  return fields.unknown(name) === null ? null : fields.integer(name, max);
}

function readTestRegisters(list: readonly unknown[]): number[] {
  const whole =
    list.length === 8 && list.every((value) => Number.isInteger(value) && (value as number) >>> 0 === value);
  if (!whole) throw malformed("the vCPU's state has no eight test registers of 32 bits");
  return list as number[];
}

const PDPTES = 4;

function readPdptes(list: readonly unknown[]): bigint[] {
  const whole =
    list.length === PDPTES && list.every((value) => typeof value === 'bigint' && BigInt.asUintN(64, value) === value);
  if (!whole) throw malformed("the vCPU's state has no four page-directory pointers of 64 bits");
  return list as bigint[];
}

const LINE = 64;

function readMonitor(fields: FieldReader): X86Monitor {
  const address = fields.bigint('address');
  if (address % BigInt(LINE) !== 0n) throw malformed("the vCPU's state watches a line that is none");
  return { address, line: fields.bytes('line', LINE) };
}
