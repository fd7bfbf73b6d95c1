import type { VcpuState } from '../accelerator/accelerator.ts';
import type { DeviceState } from '../device/device.ts';
import { messageOf } from '../errors.ts';
import { EXIT_REASONS } from '../exits/exit-reasons.ts';
import { IRQ_LINES } from '../irq/interrupt-controller.ts';
import { PAGE_SIZE } from '../memory/arena.ts';
import type { AccessCounts, VmCounters } from '../vm/counters.ts';
import { FieldReader, isRecord, malformed } from './field-reader.ts';
import { copyPlain } from './plain-data.ts';
import { validateMachine } from './validate-machine.ts';
import {
  MAX_DESCRIPTION,
  type MachineDescription,
  type MemoryPages,
  type RunState,
  type VmSnapshot,
} from './vm-snapshot.ts';

const SYSTEM_EVENTS = ['shutdown', 'reset', 'crash'] as const;

/**
 * Makes sure that a value is a snapshot: it may come from a file, from another thread, or from a user's hands. The states
 * of the vCPU and of the devices are only made sure to be plain data: they are judged by who reads them.
 * @returns a copy, but for the bytes of memory
 * @throws VmError `ERR_SNAPSHOT_FORMAT`
 */
export function validateSnapshot(value: unknown): VmSnapshot {
  const fields = new FieldReader('the snapshot', value);
  const machine = validateMachine(fields.record('machine'));
  return {
    description: fields.string('description', MAX_DESCRIPTION),
    creator: fields.string('creator'),
    meta: plain(fields.unknown('meta'), 'its meta') as VmSnapshot['meta'],
    machine,
    vcpu: checkVcpu(fields.record('vcpu'), fields.unknown('vcpu')),
    memory: checkMemory(fields.list('memory'), machine),
    devices: checkDevices(fields.record('devices'), machine),
    clock: checkNumbers(fields.record('clock')),
    run: checkRun(fields.record('run')),
    counters: checkCounters(fields.record('counters')),
  };
}

function checkVcpu(fields: FieldReader, value: unknown): VcpuState {
  fields.string('arch', 100);
  fields.integer('version');
  return plain(value, "the vCPU's state") as VcpuState;
}

function checkMemory(list: readonly unknown[], { memory }: MachineDescription): MemoryPages[] {
  if (list.length !== memory.length) throw malformed('it does not have the contents of all memory regions');
  return memory.map(({ name, size }, i) => {
    const { pages, data } = (isRecord(list[i]) ? list[i] : {}) as Partial<MemoryPages>;
    const fits = pages instanceof Uint32Array && data instanceof Uint8Array && data.length === pages.length * PAGE_SIZE;
    if (!fits) throw malformed(`the contents of the memory region ${name} are not pages and their bytes`);
    pages.forEach((page, at) => {
      if ((at > 0 && page <= pages[at - 1]) || page * PAGE_SIZE >= size) {
        throw malformed(`the pages of the memory region ${name} do not ascend, or lie behind its end`);
      }
    });
    return { pages, data };
  });
}

function checkDevices(fields: FieldReader, { devices }: MachineDescription): Record<string, DeviceState> {
  const withState = devices.filter(({ version }) => version !== null).map(({ id }) => id);
  const ids = new Set(withState);
  const names = fields.names();
  if (names.length !== ids.size || !names.every((id) => ids.has(id))) {
    throw malformed('the states are not those of the devices');
  }
  return Object.fromEntries(
    withState.map((id) => {
      fields.record(id).integer('version', Number.MAX_SAFE_INTEGER, 1);
      return [id, plain(fields.unknown(id), `the state of ${id}`) as DeviceState];
    }),
  );
}

function checkNumbers(fields: FieldReader): Record<string, number> {
  return Object.fromEntries(fields.names().map((name) => [name, fields.number(name)]));
}

function checkRun(fields: FieldReader): RunState {
  return {
    halted: fields.boolean('halted'),
    systemEvent: fields.unknown('systemEvent') === null ? null : fields.oneOf('systemEvent', SYSTEM_EVENTS),
    failure: fields.unknown('failure') === null ? null : fields.string('failure', 100_000),
    irqLines: fields.integer('irqLines', 2 ** IRQ_LINES - 1),
  };
}

function checkCounters(fields: FieldReader): VmCounters {
  const exits = fields.record('exits');
  const unmapped = fields.record('unmapped');
  const devices = fields.record('devices');
  return {
    totalExits: fields.integer('totalExits'),
    // A reason that an older version did not know was not counted by it.
    exits: Object.fromEntries(
      Object.keys(EXIT_REASONS).map((reason) => [reason, exits.has(reason) ? exits.integer(reason) : 0]),
    ) as VmCounters['exits'],
    instructions: fields.integer('instructions'),
    unmapped: { port: accesses(unmapped.record('port')), mmio: accesses(unmapped.record('mmio')) },
    devices: Object.fromEntries(
      devices.names().map((id) => {
        const counters = devices.record(id);
        return [id, { ...accesses(counters), metrics: checkNumbers(counters.record('metrics')) }];
      }),
    ),
  };
}

function accesses(fields: FieldReader): AccessCounts {
  return { reads: fields.integer('reads'), writes: fields.integer('writes') };
}

function plain(value: unknown, what: string): unknown {
  if (!isRecord(value)) throw malformed(`${what} is no record`);
  try {
    return copyPlain(value, what);
  } catch (error) {
    throw malformed(messageOf(error));
  }
}
