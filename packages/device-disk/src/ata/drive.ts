import type { AccessSize, DeviceState, StateReader } from '@picovm/core';
import { BSY, CHUNK, DF, DIAGNOSTIC_PASSED, DRDY, DRQ, DSC, ERR } from './bits.ts';
import type { DriveCounters } from './counters.ts';
import { type BlockPort, FAILED, FLUSH, OK, PENDING, READ, WRITE } from './media/block-port.ts';
import { DATA_IN, DATA_OUT, DMA_IN, DMA_OUT, IDLE, MEDIA } from './phases.ts';
import { TaskFile } from './task-file.ts';

/** What a drive sees of its channel. */
export interface DriveHost {
  /** The interrupt of a drive has changed. */
  updateIrq(): void;
  /** A drive has begun to want the bus master. */
  requestDma(): void;
  /** A drive has done much at once: `resume` is to be called when the guest has had its turn. */
  resumeLater(): void;
}

/** What a kind of drive has read of a state. */
export interface DrivePart {
  /** Sets it. */
  readonly apply: () => void;
  /** What `mediaData` is then. */
  readonly media: number;
}

const NOWHERE: DriveHost = { updateIrq() {}, requestDma() {}, resumeLater() {} };
const NO_BYTES = /* @__PURE__ */ new Uint8Array();

/**
 * What disks and CD-ROMs have in common: the registers of one device on a channel, and the way of data through its buffer.
 * The buffer holds `length` bytes, of which `position` were moved; `blockEnd` is where the guest waits for DRQ again.
 */
export abstract class Drive {
  readonly taskFile: TaskFile = new TaskFile();
  /** The error register. */
  error: number = DIAGNOSTIC_PASSED;
  /** The interrupt is pending: INTRQ is asserted if this device is selected, and nIEN is not set. */
  interrupt = false;
  /** SRST is set: the drive is busy until it is cleared. */
  held = false;
  phase: number = IDLE;
  host: DriveHost = NOWHERE;
  protected readonly counters: DriveCounters;
  protected position = 0;
  protected blockEnd = 0;
  protected length = 0;
  /** The status register, but for BSY and DRQ, which follow from the phase. */
  protected ready = 0;
  #buffer: Uint8Array = NO_BYTES;
  #kind = 0;
  #offset = 0;
  #at = 0;
  #bytes = 0;
  #asked = false;
  #pumping = false;
  #resumes = false;
  // Once, so that no operation makes a function.
  readonly #done = (ok: boolean): void => this.#completed(ok);

  constructor(counters: DriveCounters) {
    this.counters = counters;
  }

  /** Whether it takes packets. */
  abstract readonly isPacketDevice: boolean;
  /** Where its medium is; undefined if there is none. */
  protected abstract readonly port: BlockPort | undefined;
  /** Carries out a command. The drive is idle, and ERR is clear. */
  protected abstract execute(command: number): void;
  /** The guest has read, or the bus master has moved, everything up to `blockEnd`. */
  protected abstract blockDone(): void;
  /** What the backend was asked for is done. */
  protected abstract mediaDone(ok: boolean): void;
  /** Asks the backend for what the command that is under way wants of it. */
  protected abstract resumeMedia(): void;
  /** Forgets the command that is under way. */
  protected abstract forget(): void;
  /** Its part of {@link saveState}. */
  protected abstract save(): Record<string, unknown>;
  /** Reads its part, and checks it. @param length of what is in the buffer */
  protected abstract read(reader: StateReader, phase: number, length: number): DrivePart;

  /** The status register. */
  get status(): number {
    if (this.held || this.phase === MEDIA) return BSY | (this.ready & ~ERR);
    return this.phase === IDLE ? this.ready : this.ready | DRQ;
  }

  /** A write to the command register. */
  command(value: number): void {
    this.interrupt = false;
    this.error = 0;
    this.ready = DRDY | DSC;
    this.execute(value);
    this.host.updateIrq();
  }

  /** SRST: set, the drive drops everything; cleared, it shows what it is. */
  hold(held: boolean): void {
    if (held) this.abandon();
    else this.sign();
    this.held = held;
  }

  /** Registers as after a reset or a diagnostic (ATA-6, 9.12). A packet device is not ready until its first command. */
  sign(): void {
    this.abandon();
    this.taskFile.sign(this.isPacketDevice);
    this.error = DIAGNOSTIC_PASSED;
    this.ready = this.isPacketDevice ? 0 : DRDY | DSC;
  }

  /** As after power-on. */
  reset(): void {
    this.held = false;
    this.taskFile.reset();
    this.sign();
  }

  /** Ends what is under way, with no word to the guest. */
  abandon(): void {
    if (this.port?.cancel() === true) this.#buffer = NO_BYTES;
    this.#asked = false;
    this.#resumes = false;
    this.interrupt = false;
    this.#idle();
  }

  /** After a restore, or much work: the backend is still to be asked. */
  get waits(): boolean {
    return this.#resumes;
  }

  /** Asks the backend for what it was asked for when the snapshot was taken, or would have been if there were no end to it. */
  resume(): void {
    if (!this.#resumes) return;
    this.#resumes = false;
    this.resumeMedia();
  }

  /** The guest reads the data register, which has 16 bits: 32 are two accesses. */
  readData(size: AccessSize): number {
    const low = this.#readWord();
    return size === 4 ? low + this.#readWord() * 0x10000 : low;
  }

  /** The guest writes the data register. */
  writeData(size: AccessSize, value: number): void {
    this.#writeWord(value);
    if (size === 4) this.#writeWord(value >>> 16);
  }

  /** `rep ins` of elements of 2 or 4 bytes. */
  readBlock(size: AccessSize, out: Uint8Array): void {
    for (let done = 0; done < out.length; ) {
      const bytes = this.#whole(DATA_IN, size, out.length - done);
      if (bytes === 0) {
        const value = this.readData(size);
        for (let i = 0; i < size; i++) out[done++] = value >>> (8 * i);
        continue;
      }
      out.set(this.#buffer.subarray(this.position, this.position + bytes), done);
      done += bytes;
      this.position += bytes;
      if (this.position === this.blockEnd) this.blockDone();
    }
  }

  /** `rep outs` of elements of 2 or 4 bytes. */
  writeBlock(size: AccessSize, data: Uint8Array): void {
    for (let done = 0; done < data.length; ) {
      const bytes = this.#whole(DATA_OUT, size, data.length - done);
      if (bytes === 0) {
        let value = 0;
        for (let i = 0; i < size; i++) value += data[done++] * 2 ** (8 * i);
        this.writeData(size, value);
        continue;
      }
      this.#buffer.set(data.subarray(done, done + bytes), this.position);
      done += bytes;
      this.position += bytes;
      if (this.position === this.blockEnd) this.blockDone();
    }
  }

  /** What the bus master is to move now: a view of the buffer. */
  dmaBytes(): Uint8Array {
    return this.#buffer.subarray(this.position, this.blockEnd);
  }

  /** The bus master has moved so many of them. */
  dmaMoved(bytes: number): void {
    this.position += bytes;
    if (this.position === this.blockEnd) this.blockDone();
  }

  /** The bus master could not: the command has failed. */
  abstract dmaFailed(): void;

  /** The state of the drive. */
  saveState(): DeviceState {
    const { taskFile, error, interrupt, phase, ready, position, blockEnd, length } = this;
    const data = this.#buffer.slice(0, phase === MEDIA ? this.mediaData() : meaningful(phase, position, length));
    return {
      version: 1,
      ...{ taskFile: taskFile.bytes(), error, interrupt, phase, ready, position, blockEnd, length, data },
      ...this.save(),
    };
  }

  /**
   * Reads a state, and checks it.
   * @param held whether SRST is set
   * @returns what sets it
   * @throws VmError `ERR_DEVICE_STATE`
   */
  readState(reader: StateReader, held: boolean): () => void {
    const taskFile = TaskFile.read(reader);
    const error = reader.integer('error', 0xff);
    const interrupt = reader.boolean('interrupt');
    const phase = reader.integer('phase', MEDIA);
    const ready = reader.register('ready', DRDY | DF | DSC | ERR);
    const moves = phase !== IDLE && phase !== MEDIA;
    const length = reader.integer('length', moves ? CHUNK : 0);
    const blockEnd = reader.integer('blockEnd', length);
    const position = reader.integer('position', blockEnd);
    if ((moves && position === blockEnd) || (held && phase !== IDLE)) throw reader.error('is in no such transfer');
    if (phase >= DMA_IN && blockEnd !== length) throw reader.error('moves less with DMA than all');
    const { apply, media } = this.read(reader, phase, length);
    const bytes = phase === MEDIA ? media : meaningful(phase, position, length);
    const data = reader.bytes('data', bytes, bytes);
    return () => {
      this.abandon();
      this.taskFile.load(taskFile);
      Object.assign(this, { error, interrupt, held, phase, ready, position, blockEnd, length });
      this.room(Math.max(length, bytes)).set(data);
      this.#resumes = phase === MEDIA;
      apply();
    };
  }

  /** How many bytes at the beginning of the buffer matter while the backend is at work. */
  protected abstract mediaData(): number;

  /** The buffer, with room for `length` bytes. */
  protected room(length: number): Uint8Array {
    if (this.#buffer.length < length) {
      const larger = new Uint8Array(length <= 4096 ? 4096 : CHUNK);
      larger.set(this.#buffer);
      this.#buffer = larger;
    }
    return this.#buffer;
  }

  /** Asks the backend: `mediaDone` is called when it has answered, perhaps at once. @param at where in the buffer */
  protected media(kind: number, offset: number, at: number, bytes: number): void {
    this.#busy();
    this.#kind = kind;
    this.#offset = offset;
    this.#at = at;
    this.#bytes = bytes;
    this.#asked = true;
    // One operation leads to the next, and with a synchronous backend as a loop: they may be too many for the stack.
    if (this.#pumping) return;
    this.#pumping = true;
    while (this.#asked) {
      this.#asked = false;
      const result = this.#start();
      if (result !== PENDING) this.#completed(result === OK);
    }
    this.#pumping = false;
  }

  /** Asks the backend when the guest has had its turn: the drive is busy until then. */
  protected mediaLater(): void {
    this.#busy();
    this.#resumes = true;
    this.host.resumeLater();
  }

  /** Data for the guest begin to flow: DRQ, and for PIO an interrupt a block. */
  protected dataIn(dma: boolean, length: number, block: number): void {
    this.#data(dma ? DMA_IN : DATA_IN, length, dma ? length : block);
  }

  /** Data from the guest: DRQ. */
  protected dataOut(dma: boolean, length: number, block: number): void {
    this.room(length);
    this.#data(dma ? DMA_OUT : DATA_OUT, length, dma ? length : block);
  }

  /** The command is done. */
  protected finish(interrupt = true): void {
    this.#idle();
    if (interrupt) this.raise();
  }

  /** The command has failed. */
  protected fail(error: number): void {
    this.error = error;
    this.ready = DRDY | DSC | ERR;
    this.finish();
  }

  /** More of the buffer is to be moved: DRQ again, after an interrupt. @returns whether there was more */
  protected nextBlock(block: number): boolean {
    if (this.position === this.length) return false;
    this.blockEnd = Math.min(this.position + block, this.length);
    this.raise();
    return true;
  }

  protected raise(): void {
    this.interrupt = true;
    this.host.updateIrq();
  }

  #readWord(): number {
    if (this.phase !== DATA_IN) return 0;
    let value = this.#buffer[this.position++];
    // A packet command may give an odd number of bytes.
    if (this.position < this.blockEnd) value |= this.#buffer[this.position++] << 8;
    if (this.position === this.blockEnd) this.blockDone();
    return value;
  }

  #writeWord(value: number): void {
    if (this.phase !== DATA_OUT) return;
    this.#buffer[this.position++] = value;
    if (this.position < this.blockEnd) this.#buffer[this.position++] = value >>> 8;
    if (this.position === this.blockEnd) this.blockDone();
  }

  #data(phase: number, length: number, block: number): void {
    this.phase = phase;
    this.length = length;
    this.position = 0;
    this.blockEnd = Math.min(block, length);
    if (phase >= DMA_IN) this.host.requestDma();
  }

  #busy(): void {
    this.phase = MEDIA;
    this.position = 0;
    this.blockEnd = 0;
    this.length = 0;
  }

  #idle(): void {
    this.phase = IDLE;
    this.position = 0;
    this.blockEnd = 0;
    this.length = 0;
    this.forget();
  }

  #whole(phase: number, size: AccessSize, wanted: number): number {
    if (this.phase !== phase) return 0;
    const bytes = Math.min(wanted, this.blockEnd - this.position);
    return bytes - (bytes % size);
  }

  #start(): typeof OK | typeof FAILED | typeof PENDING {
    const bytes = this.room(this.#at + this.#bytes).subarray(this.#at, this.#at + this.#bytes);
    return this.port === undefined ? FAILED : this.port.start(this.#kind, this.#offset, bytes, this.#done);
  }

  #completed(ok: boolean): void {
    const { counters } = this;
    if (!ok) counters.errors.value++;
    else if (this.#kind === READ) {
      counters.reads.value++;
      counters.bytesRead.value += this.#bytes;
    } else if (this.#kind === WRITE) {
      counters.writes.value++;
      counters.bytesWritten.value += this.#bytes;
    } else if (this.#kind === FLUSH) counters.flushes.value++;
    this.mediaDone(ok);
  }
}

function meaningful(phase: number, position: number, length: number): number {
  return phase === DATA_OUT || phase === DMA_OUT ? position : length;
}
