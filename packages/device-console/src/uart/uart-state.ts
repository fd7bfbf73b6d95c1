import type { DeviceState } from '@picovm/core';
import type { StateReader } from '../state-reader.ts';
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
} from './bits.ts';
import type { CharacterQueue } from './character-queue.ts';
import type { UartRegisters } from './uart-registers.ts';

export const UART_STATE_VERSION = 1;

const CHARACTER_ERRORS = LSR_PARITY | LSR_FRAMING | LSR_BREAK;

export function saveUart(registers: UartRegisters, incoming: CharacterQueue): DeviceState {
  const { receiver, modem, timeout } = registers;
  return {
    version: UART_STATE_VERSION,
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

/** Everything but the level of the interrupt line, which follows from it. @throws Error `ERR_DEVICE_STATE` */
export function restoreUart(registers: UartRegisters, incoming: CharacterQueue, reader: StateReader): void {
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
    modemInputs: reader.integer('modemInputs', 0xff) & 0xf0,
    trigger: reader.integer('trigger', 3),
    fifoErrors: reader.errors('fifoErrors', fifo.length, CHARACTER_ERRORS),
    held: reader.integer('held', 0xff),
    lineErrors: reader.integer('lineErrors', 0xff) & (LSR_ERRORS | LSR_FIFO_ERROR),
    timedOut: reader.boolean('timedOut'),
    timeoutIn: reader.duration('timeoutIn'),
    incomingErrors: reader.errors('incomingErrors', waiting.length, CHARACTER_ERRORS),
  };
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
