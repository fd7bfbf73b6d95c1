import type { StateReader } from '@picovm/core';
import { SECTOR, UNIT } from './bits.ts';
import type { FloppyController } from './controller.ts';
import { FORMAT_TRACK, isTransfer, isWrite, OPCODE, READ_ID, READ_TRACK, VERIFY } from './opcodes.ts';
import { FLUSH, FROM_CPU, IDLE, LATENCY, MAX_IDS, NEXT, STORE, TO_CPU, type Transfer } from './transfer.ts';

/** How far a command is, if one is in its execution phase. What its host was doing is done again. */
export function saveTransfer(transfer: Transfer): Readonly<Record<string, unknown>> {
  const { stage, command, st0, st1, st2, c, h, r, head, left, position, last, wrote } = transfer;
  if (stage === IDLE) return { stage };
  const progress = { stage, transferring: command.slice(), st0, st1, st2, c, h, r, head, left, position, last, wrote };
  const wait = transfer.wantsCpu ? {} : { startIn: Math.max(0, transfer.timer.remaining) };
  return { ...progress, ...wait, ...saveBytes(transfer) };
}

function saveBytes(transfer: Transfer): Readonly<Record<string, unknown>> {
  const held = heldBytes(transfer.stage, transfer.opcode);
  if (held === 'ids') return { ids: transfer.ids.slice() };
  return held === 'data' ? { data: (transfer.drive?.disk?.buffer ?? new Uint8Array(SECTOR)).slice() } : {};
}

// Which bytes are on their way in a stage of a command.
function heldBytes(stage: number, opcode: number): 'ids' | 'data' | undefined {
  if (stage !== TO_CPU && stage !== FROM_CPU && stage !== STORE) return undefined;
  return opcode === FORMAT_TRACK ? 'ids' : 'data';
}

/** What a state says of a transfer, and what makes it so. */
export interface SavedTransfer {
  readonly stage: number;
  apply(): void;
}

/** @throws VmError `ERR_DEVICE_STATE` */
export function readTransfer(
  reader: StateReader,
  { transfer, drives }: FloppyController,
  byCpu: boolean,
): SavedTransfer {
  const stage = reader.integer('stage', FLUSH);
  if (stage === IDLE) return { stage, apply: () => {} };
  const command = reader.bytes('transferring', 9, 9);
  const saved = {
    stage,
    st0: reader.integer('st0', 0xff),
    st1: reader.integer('st1', 0xff),
    st2: reader.integer('st2', 0xff),
    c: reader.integer('c', 0xff),
    h: reader.integer('h', 0xff),
    r: reader.integer('r', 0xff),
    head: reader.integer('head', 1),
    left: reader.integer('left', 256),
    position: reader.integer('position', MAX_IDS),
    last: reader.boolean('last'),
    wrote: reader.boolean('wrote'),
  };
  const disk = drives[command[1] & UNIT]?.disk;
  if (!isPossible(saved, command, byCpu, disk !== undefined)) throw reader.error('has no transfer that can be');
  const opcode = command[0] & OPCODE;
  const held = heldBytes(stage, opcode);
  const length = held === 'ids' ? MAX_IDS : SECTOR;
  const bytes = held === undefined ? undefined : reader.bytes(held, length, length);
  const startIn = stage === TO_CPU || stage === FROM_CPU ? -1 : reader.integer('startIn', LATENCY);
  return {
    stage,
    apply: () => {
      Object.assign(transfer, saved);
      transfer.command.set(command);
      if (held === 'ids') disk?.buffer.fill(command[5]);
      if (bytes !== undefined) (held === 'ids' ? transfer.ids : disk?.buffer)?.set(bytes);
      transfer.timer.set(startIn);
    },
  };
}

function isPossible(
  { stage, left, position, wrote }: Pick<Transfer, 'stage' | 'left' | 'position' | 'wrote'>,
  command: Uint8Array,
  byCpu: boolean,
  hasDisk: boolean,
): boolean {
  const opcode = command[0] & OPCODE;
  const writes = isWrite(command[0]);
  if (!isTransfer(command[0]) || (wrote && !writes)) return false;
  if (opcode === FORMAT_TRACK && left > command[3]) return false;
  if (opcode === READ_TRACK && (left === 0 || left > (command[6] || 256))) return false;
  if (stage === NEXT) return true;
  if (!hasDisk) return false;
  if (stage === TO_CPU) return byCpu && !writes && opcode !== VERIFY && opcode !== READ_ID && position < SECTOR;
  if (stage === FROM_CPU) return byCpu && writes && position < (opcode === FORMAT_TRACK ? command[3] * 4 : SECTOR);
  if (stage === FLUSH) return wrote;
  return writes && (opcode !== FORMAT_TRACK || left > 0);
}
