import type { StateReader } from '@picovm/core';
import { ATTRIBUTE_INDEX_MASK, ATTRIBUTE_MASKS } from './attribute-controller.ts';
import { DAC_BYTES } from './dac.ts';
import { MISC_MASK, type VgaRegisters } from './vga-registers.ts';

/** All registers as plain data: fields of a device's state. */
export function saveRegisters(registers: VgaRegisters): Record<string, unknown> {
  const { crtc, attribute, dac, sequencer, graphics } = registers;
  return {
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

/**
 * Reads what `saveRegisters` gave, and changes nothing yet.
 * @param componentMask the bits that a component of a colour may have
 * @returns what sets the registers
 * @throws VmError `ERR_DEVICE_STATE`
 */
export function readRegisters(reader: StateReader, registers: VgaRegisters, componentMask: number): () => void {
  const { crtc, attribute, dac, sequencer, graphics } = registers;
  const saved = {
    crtc: reader.registers('crtc', crtc.registers.masks),
    crtcIndex: reader.integer('crtcIndex', crtc.registers.indexMask),
    sequencer: reader.registers('sequencer', sequencer.masks),
    sequencerIndex: reader.integer('sequencerIndex', sequencer.indexMask),
    graphics: reader.registers('graphics', graphics.masks),
    graphicsIndex: reader.integer('graphicsIndex', graphics.indexMask),
    attribute: reader.registers('attribute', ATTRIBUTE_MASKS),
    attributeIndex: reader.integer('attributeIndex', ATTRIBUTE_INDEX_MASK),
    attributeExpectsData: reader.boolean('attributeExpectsData'),
    dac: reader.bytes('dac', DAC_BYTES, DAC_BYTES, componentMask),
    dacPixelMask: reader.integer('dacPixelMask', 0xff),
    dacIndex: reader.integer('dacIndex', 0xff),
    dacComponent: reader.integer('dacComponent', 2),
    dacReading: reader.boolean('dacReading'),
    miscOutput: reader.register('miscOutput', MISC_MASK),
    subsystemEnable: reader.integer('subsystemEnable', 1),
    featureControl: reader.integer('featureControl', 3),
  };
  return () => {
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
  };
}
