import { type DeviceState, StateReader } from '@picovm/core';
import { ATTRIBUTE_INDEX_MASK, ATTRIBUTE_MASKS } from './registers/attribute-controller.ts';
import { DAC_BYTES } from './registers/dac.ts';
import { MISC_MASK, type VgaRegisters } from './registers/vga-registers.ts';
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
  const { crtc, attribute, dac, sequencer, graphics } = registers;
  return {
    version: VERSION,
    columns,
    rows,
    memory: memory.bytes.slice(),
    crtc: crtc.registers.values.slice(),
    crtcIndex: crtc.registers.index,
    sequencer: sequencer.values.slice(),
    sequencerIndex: sequencer.index,
    graphics: graphics.values.slice(),
    graphicsIndex: graphics.index,
    attribute: attribute.values.slice(),
    attributeIndex: attribute.index,
    attributeExpectsData: attribute.expectsData,
    dac: dac.values.slice(),
    dacPixelMask: dac.pixelMask,
    dacIndex: dac.index,
    dacComponent: dac.component,
    dacReading: dac.reading,
    miscOutput: registers.miscOutput,
    subsystemEnable: registers.subsystemEnable,
    featureControl: registers.featureControl,
  };
}

/** @throws VmError `ERR_DEVICE_STATE`, with nothing changed */
export function restoreVga(id: string, parts: VgaParts, state: DeviceState): void {
  const { memory, registers } = parts;
  const { crtc, attribute, dac, sequencer, graphics } = registers;
  const reader = new StateReader(id, state, VERSION);
  reader.exactly('columns', parts.columns);
  reader.exactly('rows', parts.rows);
  const saved = {
    memory: reader.bytes('memory', TEXT_MEMORY_SIZE, TEXT_MEMORY_SIZE),
    crtc: reader.registers('crtc', crtc.registers.masks),
    crtcIndex: reader.integer('crtcIndex', crtc.registers.indexMask),
    sequencer: reader.registers('sequencer', sequencer.masks),
    sequencerIndex: reader.integer('sequencerIndex', sequencer.indexMask),
    graphics: reader.registers('graphics', graphics.masks),
    graphicsIndex: reader.integer('graphicsIndex', graphics.indexMask),
    attribute: reader.registers('attribute', ATTRIBUTE_MASKS),
    attributeIndex: reader.integer('attributeIndex', ATTRIBUTE_INDEX_MASK),
    attributeExpectsData: reader.boolean('attributeExpectsData'),
    dac: reader.bytes('dac', DAC_BYTES, DAC_BYTES, 0x3f),
    dacPixelMask: reader.integer('dacPixelMask', 0xff),
    dacIndex: reader.integer('dacIndex', 0xff),
    dacComponent: reader.integer('dacComponent', 2),
    dacReading: reader.boolean('dacReading'),
    miscOutput: reader.register('miscOutput', MISC_MASK),
    subsystemEnable: reader.integer('subsystemEnable', 1),
    featureControl: reader.integer('featureControl', 3),
  };
  memory.bytes.set(saved.memory);
  crtc.registers.values.set(saved.crtc);
  crtc.registers.index = saved.crtcIndex;
  sequencer.values.set(saved.sequencer);
  sequencer.index = saved.sequencerIndex;
  graphics.values.set(saved.graphics);
  graphics.index = saved.graphicsIndex;
  attribute.values.set(saved.attribute);
  attribute.index = saved.attributeIndex;
  attribute.expectsData = saved.attributeExpectsData;
  dac.values.set(saved.dac);
  dac.select(saved.dacIndex, saved.dacReading);
  dac.component = saved.dacComponent;
  dac.pixelMask = saved.dacPixelMask;
  registers.miscOutput = saved.miscOutput;
  registers.subsystemEnable = saved.subsystemEnable;
  registers.featureControl = saved.featureControl;
}
