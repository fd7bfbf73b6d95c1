import type { Clock, IrqLine } from '@picovm/core';
import {
  CONFIG_IMPLIED_SEEK,
  CONFIG_MASK,
  CONFIG_NO_FIFO,
  DIR_CHANGED,
  DOR,
  DOR_DRIVE,
  DOR_GATE,
  DOR_RUN,
  DSR_RESET,
  FIFO,
  HEAD,
  MSR_BUSY,
  MSR_DIO,
  MSR_DSR,
  MSR_NON_DMA,
  MSR_RQM,
  RATE_MASK,
  ST0_INVALID,
  ST0_SEEK_END,
  ST3_ALWAYS,
  ST3_PROTECTED,
  ST3_TRACK_0,
  TDR,
  UNIT,
} from './bits.ts';
import type { FloppyDrive } from './drive.ts';
import type { DmaChannel } from './floppy-types.ts';
import {
  CONFIGURE,
  commandLength,
  DUMPREG,
  FORMAT_TRACK,
  isTransfer,
  LOCK,
  OPCODE,
  PERPENDICULAR,
  READ_ID,
  RECALIBRATE,
  RELATIVE,
  SEEK,
  SENSE_DRIVE,
  SENSE_INTERRUPT,
  SPECIFY,
  STEP_IN,
  VERSION,
} from './opcodes.ts';
import { Seeks, UNITS } from './seeks.ts';
import { FROM_CPU, IDLE, TO_CPU, Transfer, type TransferHost } from './transfer.ts';

/** What the floating bus gives where the AT has no register. */
const FLOATING = 0xff;
/** The two bits of the tape drive register; its others float. */
export const TDR_MASK = 0x03;
/** As a BIOS leaves it: running, drive 0, motors off. */
const DOR_INITIAL: number = DOR_RUN | DOR_GATE;
/** The data rate was never set: any fits. */
export const RATE_UNSET = 4;
/** What VERSION says: an enhanced controller. */
const ENHANCED = 0x90;
/** PERPENDICULAR MODE: which drives, GAP and WGATE; a bit that lets the drives be changed. */
const PERPENDICULAR_DRIVES = 0x3c;
export const PERPENDICULAR_MASK = 0x3f;
const OVERWRITE = 0x80;

/** The registers of an 82077AA and the phases of its commands (data sheet, sections 2 to 5). */
export class FloppyController implements TransferHost {
  dor: number = DOR_INITIAL;
  tdr = 0;
  rate: number = RATE_UNSET;
  /** The bytes of a command that have come. */
  readonly command: Uint8Array = new Uint8Array(9);
  commandLength = 0;
  readonly result: Uint8Array = new Uint8Array(10);
  resultLength = 0;
  resultAt = 0;
  /** The result phase interrupts, until its first byte is read. */
  resultInterrupt = false;
  /** SPECIFY: step rate and head unload time; head load time and non-DMA mode. */
  readonly specify: Uint8Array = new Uint8Array(2);
  config: number;
  precompensationTrack = 0;
  locked = false;
  perpendicular = 0;
  /** The last EOT or, of FORMAT TRACK, number of sectors. */
  endOfTrack = 0;
  readonly drives: readonly FloppyDrive[];
  readonly seeks: Seeks;
  readonly transfer: Transfer;
  readonly #initialConfig: number;
  #irq: IrqLine | undefined;
  #channel: DmaChannel | undefined;

  constructor(drives: readonly FloppyDrive[], impliedSeek: boolean) {
    this.drives = drives;
    this.#initialConfig = CONFIG_NO_FIFO | (impliedSeek ? CONFIG_IMPLIED_SEEK : 0);
    this.config = this.#initialConfig;
    this.seeks = new Seeks(drives, () => this.changed());
    this.transfer = new Transfer(this);
  }

  attach(irq: IrqLine, clock: Clock, channel: DmaChannel | undefined): void {
    this.#irq = irq;
    this.#channel = channel;
    this.seeks.attach(clock);
    this.transfer.attach(clock);
  }

  get dma(): DmaChannel | undefined {
    return (this.dor & DOR_GATE) === 0 ? undefined : this.#channel;
  }

  get byCpu(): boolean {
    return (this.specify[1] & 1) !== 0;
  }

  read(offset: number): number {
    if (offset === DOR) return this.dor;
    if (offset === TDR) return this.tdr | (FLOATING & ~TDR_MASK);
    if (offset === MSR_DSR) return this.#status;
    return offset === FIFO ? this.#readFifo() : FLOATING;
  }

  /** @param value 0 to 255 */
  write(offset: number, value: number): void {
    if (offset === DOR) this.#writeDor(value);
    else if (offset === TDR) this.tdr = value & TDR_MASK;
    else if (offset === FIFO) this.#writeFifo(value);
    else if (offset === MSR_DSR) {
      this.rate = value & RATE_MASK;
      // It clears itself.
      if ((value & DSR_RESET) !== 0 && this.#runs) {
        this.#softReset();
        this.seeks.poll();
        this.changed();
      }
    }
  }

  /** The digital input register. Its other bits are the hard disk's. */
  readDir(): number {
    const drive = this.drives[this.dor & DOR_DRIVE];
    return drive !== undefined && (drive.changed || drive.disk === undefined) ? DIR_CHANGED : 0;
  }

  /** The configuration control register. */
  writeCcr(value: number): void {
    this.rate = value & RATE_MASK;
  }

  finished(): void {
    const { transfer } = this;
    const { st0, st1, st2, c, h, r, size } = transfer;
    this.#answer(st0, st1, st2, c, h, r, size);
    this.resultInterrupt = true;
    this.changed();
  }

  /** Puts the interrupt line to the level that the state asks for. */
  changed(): void {
    const asks = this.resultInterrupt || this.seeks.pending || this.transfer.wantsCpu;
    this.#irq?.set(asks && (this.dor & (DOR_RUN | DOR_GATE)) === (DOR_RUN | DOR_GATE));
  }

  /** The RESET pin. */
  reset(): void {
    this.locked = false;
    this.#softReset();
    this.dor = DOR_INITIAL;
    this.tdr = 0;
    this.rate = RATE_UNSET;
    this.specify.fill(0);
    this.perpendicular = 0;
    this.endOfTrack = 0;
    this.seeks.cylinders.fill(0);
    for (const drive of this.drives) {
      drive.reset();
    }
    this.changed();
  }

  dispose(): void {
    this.transfer.abort();
    this.transfer.timer.dispose();
    this.seeks.dispose();
  }

  get #runs(): boolean {
    return (this.dor & DOR_RUN) !== 0;
  }

  get #status(): number {
    if (!this.#runs) return 0;
    const { transfer, seeks } = this;
    if (transfer.stage !== IDLE) {
      const execution = MSR_BUSY | (this.byCpu ? MSR_NON_DMA : 0) | seeks.busy;
      if (transfer.stage === TO_CPU) return execution | MSR_RQM | MSR_DIO;
      return transfer.stage === FROM_CPU ? execution | MSR_RQM : execution;
    }
    if (this.resultLength > 0) return MSR_RQM | MSR_DIO | MSR_BUSY | seeks.busy;
    return MSR_RQM | (this.commandLength > 0 ? MSR_BUSY : 0) | seeks.busy;
  }

  #writeDor(value: number): void {
    const ran = this.#runs;
    this.dor = value;
    if (ran && !this.#runs) this.#softReset();
    if (!ran && this.#runs) this.seeks.poll();
    this.changed();
  }

  // Both the digital output and the data rate select register do it: what SPECIFY and LOCK protect stays.
  #softReset(): void {
    this.transfer.abort();
    this.commandLength = 0;
    this.command.fill(0);
    this.resultLength = 0;
    this.resultAt = 0;
    this.result.fill(0);
    this.resultInterrupt = false;
    this.seeks.stop();
    this.perpendicular &= PERPENDICULAR_DRIVES;
    if (this.locked) {
      const kept = CONFIG_MASK & ~CONFIG_IMPLIED_SEEK & ~0x10;
      this.config = (this.config & kept) | (this.#initialConfig & CONFIG_IMPLIED_SEEK);
    } else {
      this.config = this.#initialConfig;
      this.precompensationTrack = 0;
    }
  }

  #readFifo(): number {
    const { transfer } = this;
    if (transfer.stage === TO_CPU) {
      this.#dropRequest();
      const byte = transfer.take();
      this.changed();
      return byte;
    }
    if (this.resultLength === 0) return 0;
    this.resultInterrupt = false;
    const byte = this.result[this.resultAt++];
    if (this.resultAt === this.resultLength) {
      this.resultLength = 0;
      this.resultAt = 0;
      this.result.fill(0);
    }
    this.changed();
    return byte;
  }

  #writeFifo(value: number): void {
    const { transfer, command } = this;
    if (transfer.stage === FROM_CPU) {
      this.#dropRequest();
      transfer.put(value);
      this.changed();
      return;
    }
    if (!this.#runs || transfer.stage !== IDLE || this.resultLength > 0) return;
    command[this.commandLength++] = value;
    const length = commandLength(command[0]);
    if (this.commandLength < length) return;
    this.commandLength = 0;
    if (length === 0) this.#answer(ST0_INVALID);
    else this.#execute();
    command.fill(0);
    this.changed();
  }

  // Between two bytes there is a moment without a request: an interrupt controller that waits for edges sees each.
  #dropRequest(): void {
    this.#irq?.set(false);
  }

  #execute(): void {
    const { command, seeks } = this;
    const [first, second, third] = command;
    if (isTransfer(first)) {
      this.#beginTransfer();
      return;
    }
    switch (first & OPCODE) {
      case SPECIFY:
        this.specify.set(command.subarray(1, 3));
        break;
      case SENSE_DRIVE:
        this.#answer(this.#driveStatus(second));
        break;
      case RECALIBRATE:
        seeks.recalibrate(second);
        break;
      case SENSE_INTERRUPT: {
        const sensed = seeks.sense();
        if (sensed < 0) this.#answer(ST0_INVALID);
        else this.#answer(sensed & 0xff, seeks.cylinders[sensed >> 8]);
        break;
      }
      case SEEK:
        if ((first & RELATIVE) === 0) seeks.seek(second, third);
        else seeks.seekBy(second, (first & STEP_IN) === 0 ? -third : third);
        break;
      case DUMPREG:
        this.#dump();
        break;
      case VERSION:
        this.#answer(ENHANCED);
        break;
      case PERPENDICULAR: {
        const drives = (second & OVERWRITE) === 0 ? this.perpendicular : second;
        this.perpendicular = (drives & PERPENDICULAR_DRIVES) | (second & PERPENDICULAR_MASK & ~PERPENDICULAR_DRIVES);
        break;
      }
      case CONFIGURE:
        this.config = third & CONFIG_MASK;
        this.precompensationTrack = command[3];
        break;
      case LOCK:
        this.locked = (first & 0x80) !== 0;
        this.#answer(this.locked ? 0x10 : 0);
        break;
    }
  }

  #beginTransfer(): void {
    const { command, seeks } = this;
    const opcode = command[0] & OPCODE;
    let st0 = 0;
    seeks.forgetPoll();
    if (opcode === FORMAT_TRACK) this.endOfTrack = command[3];
    else if (opcode !== READ_ID) {
      this.endOfTrack = command[6];
      const seeksItself = (this.config & CONFIG_IMPLIED_SEEK) !== 0;
      if (seeksItself && seeks.move(command[1] & UNIT, command[2]) > 0) st0 = ST0_SEEK_END;
    }
    this.transfer.begin(command, st0);
  }

  #driveStatus(select: number): number {
    const drive = this.drives[select & UNIT];
    let status = ST3_ALWAYS | (select & (HEAD | UNIT));
    if (drive?.disk?.port.backend.readonly) status |= ST3_PROTECTED;
    if (drive?.cylinder === 0) status |= ST3_TRACK_0;
    return status;
  }

  #dump(): void {
    const { seeks, specify, endOfTrack, locked, perpendicular, config, precompensationTrack } = this;
    this.#answer(0, 0, 0, 0, specify[0], specify[1], endOfTrack, 0, config, precompensationTrack);
    this.result.set(seeks.cylinders);
    this.result[UNITS + 3] = (locked ? 0x80 : 0) | perpendicular;
  }

  #answer(...bytes: readonly number[]): void {
    this.result.set(bytes);
    this.resultLength = bytes.length;
    this.resultAt = 0;
  }
}
