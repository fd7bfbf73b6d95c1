import { type DeviceState, StateReader } from '@picovm/core';
import {
  FIFO_SIZE,
  IER_MASK,
  LSR_BREAK,
  LSR_DATA_READY,
  LSR_ERRORS,
  LSR_FIFO_ERROR,
  LSR_FRAMING,
  LSR_PARITY,
  LSR_TRANSMITTER_EMPTY,
  MCR_MASK,
  MSR_LINES,
} from './bits.ts';
import type { CharacterQueue } from './character-queue.ts';
import { characterTime } from './line-timing.ts';
import { TIMEOUT_CHARACTERS, type UartRegisters } from './uart-registers.ts';

const VERSION = 1;

/** What stands in a state for a time-out that is not under way. */
const NO_TIMEOUT = -1;
/** Nanoseconds: of the longest characters at the slowest rate. */
const LONGEST_TIMEOUT = TIMEOUT_CHARACTERS * characterTime(0xff, 0xffff);
const CHARACTER_ERRORS = LSR_PARITY | LSR_FRAMING | LSR_BREAK;

export function saveUart(registers: UartRegisters, incoming: CharacterQueue): DeviceState {
  const { receiver, modem, timeout } = registers;
  return {
    version: VERSION,
    interruptEnable: registers.interruptEnable,
    lineControl: registers.lineControl,
    modemControl: registers.modemControl,
    scratch: registers.scratch,
    divisor: registers.divisor,
    transmitterEmptied: registers.transmitterEmptied,
    modemStatus: modem.value,
    modemInputs: registers.modemInputs,
    fifoEnabled: receiver.fifoEnabled,
    trigger: receiver.trigger,
    fifo: receiver.fifo.bytes(),
    fifoErrors: receiver.fifo.errors(),
    held: receiver.held,
    lineErrors: receiver.lineStatus & (LSR_ERRORS | LSR_FIFO_ERROR),
    timedOut: receiver.timedOut,
    timeoutIn: timeout.remaining,
    incoming: incoming.bytes(),
    incomingErrors: incoming.errors(),
  };
}

/** Everything but the level of the interrupt line, which follows from it. @throws VmError `ERR_DEVICE_STATE` */
export function restoreUart(id: string, registers: UartRegisters, incoming: CharacterQueue, state: DeviceState): void {
  const reader = new StateReader(id, state, VERSION);
  const { receiver, modem, timeout } = registers;
  const fifoEnabled = reader.boolean('fifoEnabled');
  const fifo = reader.bytes('fifo', fifoEnabled ? FIFO_SIZE : 1);
  const waiting = reader.bytes('incoming', incoming.capacity);
  const saved = {
    interruptEnable: reader.integer('interruptEnable', IER_MASK),
    lineControl: reader.integer('lineControl', 0xff),
    modemControl: reader.integer('modemControl', MCR_MASK),
    scratch: reader.integer('scratch', 0xff),
    divisor: reader.integer('divisor', 0xffff),
    transmitterEmptied: reader.boolean('transmitterEmptied'),
    modemStatus: reader.integer('modemStatus', 0xff),
    modemInputs: reader.register('modemInputs', MSR_LINES),
    trigger: reader.integer('trigger', 3),
    fifoErrors: reader.bytes('fifoErrors', fifo.length, fifo.length, CHARACTER_ERRORS),
    held: reader.integer('held', 0xff),
    lineErrors: reader.register('lineErrors', LSR_ERRORS | LSR_FIFO_ERROR),
    timedOut: reader.boolean('timedOut'),
    timeoutIn: reader.number('timeoutIn', LONGEST_TIMEOUT, NO_TIMEOUT),
    incomingErrors: reader.bytes('incomingErrors', waiting.length, waiting.length, CHARACTER_ERRORS),
  };
  if (saved.timeoutIn < 0 && saved.timeoutIn !== NO_TIMEOUT) throw reader.error('has no duration as timeoutIn');
  registers.interruptEnable = saved.interruptEnable;
  registers.lineControl = saved.lineControl;
  registers.modemControl = saved.modemControl;
  registers.scratch = saved.scratch;
  registers.divisor = saved.divisor;
  registers.transmitterEmptied = saved.transmitterEmptied;
  registers.modemInputs = saved.modemInputs;
  modem.value = saved.modemStatus;
  receiver.fifoEnabled = fifoEnabled;
  receiver.trigger = saved.trigger;
  receiver.fifo.load(fifo, saved.fifoErrors);
  receiver.held = saved.held;
  receiver.lineStatus = LSR_TRANSMITTER_EMPTY | saved.lineErrors | (fifo.length > 0 ? LSR_DATA_READY : 0);
  receiver.timedOut = saved.timedOut;
  timeout.remaining = saved.timeoutIn;
  incoming.load(waiting, saved.incomingErrors);
}
