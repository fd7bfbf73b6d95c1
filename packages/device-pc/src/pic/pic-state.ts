import { type DeviceState, StateReader } from '@picovm/core';
import { ELCR_MASKS, ICW1_KEPT, ICW2_BASE, ICW3_ID, ICW4_KEPT } from './bits.ts';
import { type AwaitedWord, PicChip } from './pic-chip.ts';

const VERSION = 1;
const STARTED = 0x01;
const ROTATE_ON_AEOI = 0x02;
const SPECIAL_MASK = 0x04;
const READS_IN_SERVICE = 0x08;
const POLLED = 0x10;
const ALL_FLAGS = 0x1f;

/** The state of both chips as one record. */
export function savePics(master: PicChip, slave: PicChip): DeviceState {
  return { version: VERSION, ...save('master', master), ...save('slave', slave) };
}

/** Two chips in the state that was saved, in place of those that there are. @throws VmError `ERR_DEVICE_STATE` */
export function loadPics(id: string, state: DeviceState): { master: PicChip; slave: PicChip; reader: StateReader } {
  const reader = new StateReader(id, state, VERSION);
  return {
    master: load(reader, 'master', new PicChip(true)),
    slave: load(reader, 'slave', new PicChip(false)),
    reader,
  };
}

function save(name: string, chip: PicChip): Record<string, number> {
  const flags =
    (chip.started ? STARTED : 0) |
    (chip.rotateOnAeoi ? ROTATE_ON_AEOI : 0) |
    (chip.specialMask ? SPECIAL_MASK : 0) |
    (chip.readsInService ? READS_IN_SERVICE : 0) |
    (chip.polled ? POLLED : 0);
  return {
    [`${name}Inputs`]: chip.inputs,
    [`${name}Edges`]: chip.edges,
    [`${name}Mask`]: chip.mask,
    [`${name}InService`]: chip.inService,
    [`${name}Elcr`]: chip.elcr,
    [`${name}Lowest`]: chip.lowest,
    [`${name}Icw1`]: chip.icw1,
    [`${name}Base`]: chip.base,
    [`${name}Icw3`]: chip.icw3,
    [`${name}Icw4`]: chip.icw4,
    [`${name}Awaits`]: chip.awaits,
    [`${name}Flags`]: flags,
  };
}

function load(reader: StateReader, name: string, chip: PicChip): PicChip {
  chip.inputs = reader.integer(`${name}Inputs`, 0xff);
  chip.edges = reader.register(`${name}Edges`, chip.inputs);
  chip.mask = reader.integer(`${name}Mask`, 0xff);
  chip.inService = reader.integer(`${name}InService`, 0xff);
  chip.elcr = reader.register(`${name}Elcr`, ELCR_MASKS[chip.isMaster ? 0 : 1]);
  chip.lowest = reader.integer(`${name}Lowest`, 7);
  chip.icw1 = reader.register(`${name}Icw1`, ICW1_KEPT);
  chip.base = reader.register(`${name}Base`, ICW2_BASE);
  chip.icw3 = reader.integer(`${name}Icw3`, chip.isMaster ? 0xff : ICW3_ID);
  chip.icw4 = reader.integer(`${name}Icw4`, ICW4_KEPT);
  const awaits = reader.integer(`${name}Awaits`, 4);
  if (awaits === 1) throw reader.error(`has no command word as ${name}Awaits`);
  chip.awaits = awaits as AwaitedWord;
  const flags = reader.register(`${name}Flags`, ALL_FLAGS);
  chip.started = (flags & STARTED) !== 0;
  chip.rotateOnAeoi = (flags & ROTATE_ON_AEOI) !== 0;
  chip.specialMask = (flags & SPECIAL_MASK) !== 0;
  chip.readsInService = (flags & READS_IN_SERVICE) !== 0;
  chip.polled = (flags & POLLED) !== 0;
  return chip;
}
