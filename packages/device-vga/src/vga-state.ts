import { type DeviceState, StateReader } from '@picovm/core';
import { COMPONENT } from './registers/dac.ts';
import { readRegisters, saveRegisters } from './registers/registers-state.ts';
import type { VgaRegisters } from './registers/vga-registers.ts';
import { TEXT_MEMORY_SIZE, type TextMemory } from './text-memory.ts';

const VERSION = 1;

/** The parts of a VGA that its state is made of. */
export interface VgaParts {
  readonly columns: number;
  readonly rows: number;
  readonly memory: TextMemory;
  readonly registers: VgaRegisters;
}

export function saveVga({ columns, rows, memory, registers }: VgaParts): DeviceState {
  return { version: VERSION, columns, rows, memory: memory.bytes.slice(), ...saveRegisters(registers) };
}

/** @throws VmError `ERR_DEVICE_STATE`, with nothing changed */
export function restoreVga(id: string, parts: VgaParts, state: DeviceState): void {
  const reader = new StateReader(id, state, VERSION);
  reader.exactly('columns', parts.columns);
  reader.exactly('rows', parts.rows);
  const memory = reader.bytes('memory', TEXT_MEMORY_SIZE, TEXT_MEMORY_SIZE);
  const setRegisters = readRegisters(reader, parts.registers, COMPONENT);
  parts.memory.bytes.set(memory);
  setRegisters();
}
