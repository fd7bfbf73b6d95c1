import type { Clock } from '@picovm/core';
import { AttributeController } from './attribute-controller.ts';
import { Crtc } from './crtc.ts';
import { Dac } from './dac.ts';
import { IndexedRegisters } from './indexed-registers.ts';
import { inputStatus1 } from './retrace.ts';

/** Bit 4 of input status register 0: the monitor's sense line, as with a colour monitor. */
const SWITCH_SENSE = 0x10;
/** Colour addresses (3Dxh), memory enabled, 28 MHz, polarities of 400 lines: what a video BIOS sets for mode 3. */
const MISC_MODE_3 = 0x67;
/** Bit 4 of the miscellaneous output register does not exist. */
export const MISC_MASK = 0xef;

/** Bit 5 of the clocking mode register. */
const SCREEN_OFF = 0x20;
/** Bit 0 of the miscellaneous graphics register. */
const GRAPHICS_MODE = 0x01;

const SEQUENCER_MASKS = [0x03, 0x3d, 0x0f, 0x3f, 0x0e];
const SEQUENCER_MODE_3 = [0x03, 0x00, 0x03, 0x00, 0x02];
const GRAPHICS_MASKS = [0x0f, 0x0f, 0x0f, 0x1f, 0x03, 0x7b, 0x0f, 0x0f, 0xff];
const GRAPHICS_MODE_3 = [0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x0e, 0x00, 0xff];

/** All I/O registers of the VGA, by port. Fresh ones are as a video BIOS leaves them in mode 3. */
export class VgaRegisters {
  readonly crtc: Crtc;
  readonly attribute: AttributeController = new AttributeController();
  readonly dac: Dac = new Dac();
  readonly sequencer: IndexedRegisters = new IndexedRegisters(SEQUENCER_MASKS, SEQUENCER_MODE_3, 0x07);
  readonly graphics: IndexedRegisters = new IndexedRegisters(GRAPHICS_MASKS, GRAPHICS_MODE_3, 0x0f);
  /** 3C2h for writing, 3CCh for reading. */
  miscOutput: number = MISC_MODE_3;
  /** 3C3h, bit 0. */
  subsystemEnable = 1;
  /** 3DAh for writing, 3CAh for reading; two bits. */
  featureControl = 0;

  constructor(columns: number, rows: number) {
    this.crtc = new Crtc(columns, rows);
  }

  /** Whether a picture is shown: it is switched on in the attribute controller, and not off in the sequencer. */
  get shown(): boolean {
    return this.attribute.shown && (this.sequencer.values[1] & SCREEN_OFF) === 0;
  }

  /** Whether the registers say a graphics mode. */
  get graphicsMode(): boolean {
    return (this.graphics.values[6] & GRAPHICS_MODE) !== 0;
  }

  reset(): void {
    this.crtc.registers.reset();
    this.attribute.reset();
    this.dac.reset();
    this.sequencer.reset();
    this.graphics.reset();
    this.miscOutput = MISC_MODE_3;
    this.subsystemEnable = 1;
    this.featureControl = 0;
  }

  read(port: number, clock: Clock): number {
    switch (port) {
      case 0x3c0:
        return this.attribute.index;
      case 0x3c1:
        return this.attribute.data;
      case 0x3c2:
        return SWITCH_SENSE;
      case 0x3c3:
        return this.subsystemEnable;
      case 0x3c4:
        return this.sequencer.index;
      case 0x3c5:
        return this.sequencer.data;
      case 0x3c6:
        return this.dac.pixelMask;
      case 0x3c7:
        return this.dac.state;
      case 0x3c8:
        return this.dac.index;
      case 0x3c9:
        return this.dac.readData();
      case 0x3ca:
        return this.featureControl;
      case 0x3cc:
        return this.miscOutput;
      case 0x3ce:
        return this.graphics.index;
      case 0x3cf:
        return this.graphics.data;
      case 0x3d4:
        return this.crtc.registers.index;
      case 0x3d5:
        return this.crtc.registers.data;
      case 0x3da:
        this.attribute.expectsData = false;
        return inputStatus1(clock.now());
      default:
        return 0xff;
    }
  }

  /** @param value 0 to 255 */
  write(port: number, value: number): void {
    switch (port) {
      case 0x3c0:
        this.attribute.write(value);
        break;
      case 0x3c2:
        this.miscOutput = value & MISC_MASK;
        break;
      case 0x3c3:
        this.subsystemEnable = value & 0x01;
        break;
      case 0x3c4:
        this.sequencer.index = value;
        break;
      case 0x3c5:
        this.sequencer.data = value;
        break;
      case 0x3c6:
        this.dac.pixelMask = value;
        break;
      case 0x3c7:
        this.dac.select(value, true);
        break;
      case 0x3c8:
        this.dac.select(value, false);
        break;
      case 0x3c9:
        this.dac.writeData(value);
        break;
      case 0x3ce:
        this.graphics.index = value;
        break;
      case 0x3cf:
        this.graphics.data = value;
        break;
      case 0x3d4:
        this.crtc.registers.index = value;
        break;
      case 0x3d5:
        this.crtc.write(value);
        break;
      case 0x3da:
        this.featureControl = value & 0x03;
        break;
    }
  }
}
