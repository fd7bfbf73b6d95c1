import type { Clock, Counter } from '@picovm/core';
import { FLUSH as FLUSH_BLOCKS, OK, PENDING, READ, WRITE } from '../ata/media/block-port.ts';
import {
  HEAD,
  SECTOR,
  SIZE_CODE,
  ST0_ABNORMAL,
  ST0_CHECK,
  ST1_DATA_ERROR,
  ST1_END,
  ST1_NO_ADDRESS_MARK,
  ST1_NO_DATA,
  ST1_NOT_WRITABLE,
  ST1_OVERRUN,
  ST2_CONTROL_MARK,
  ST2_DATA_ERROR,
  ST2_WRONG_CYLINDER,
  UNIT,
} from './bits.ts';
import type { Disk, FloppyDrive } from './drive.ts';
import type { DmaChannel } from './floppy-types.ts';
import { type FloppyGeometry, geometryOf, rateOf } from './geometry.ts';
import {
  FORMAT_TRACK,
  isWrite,
  MULTI_TRACK,
  OPCODE,
  READ_DELETED,
  READ_ID,
  READ_TRACK,
  SKIP,
  VERIFY,
} from './opcodes.ts';
import type { Seeks } from './seeks.ts';
import { Timer } from './timer.ts';

/** Nanoseconds from a command to its first byte: a driver may set up DMA, and clear its flag, a little late. */
export const LATENCY = 50_000;
/** Nanoseconds of a revolution, at 300 a minute. */
const REVOLUTION = 200_000_000;
/** The IDs of a FORMAT TRACK: four bytes for each of up to 255 sectors. */
export const MAX_IDS = 1020;

/** VERIFY ends after a number of sectors. */
const VERIFY_COUNT = 0x80;

/** No command is in its execution phase. */
export const IDLE = 0;
/** A sector is looked for, and read or waited for. */
export const NEXT = 1;
/** The guest takes bytes. */
export const TO_CPU = 2;
/** The guest gives bytes. */
export const FROM_CPU = 3;
/** A sector is written. */
export const STORE = 4;
/** All is written, and made to last. */
export const FLUSH = 5;

/** What a transfer needs of the controller around it. */
export interface TransferHost {
  readonly drives: readonly FloppyDrive[];
  /** The DMA channel, if DMA is let through. */
  readonly dma: DmaChannel | undefined;
  /** Whether SPECIFY chose transfers by the CPU. */
  readonly byCpu: boolean;
  /** The data rate: 0 to 3, or more if the guest never set one. */
  readonly rate: number;
  /** What moves the heads. */
  readonly seeks: Pick<Seeks, 'move'>;
  /** The command is over: the result phase begins. */
  finished(): void;
  /** The interrupt line may have to change. */
  changed(): void;
}

/** The execution phase of the commands that look for sectors on a disk. */
export class Transfer {
  stage: number = IDLE;
  readonly command: Uint8Array = new Uint8Array(9);
  /** Results: status registers, and the ID that comes next. */
  st0 = 0;
  st1 = 0;
  st2 = 0;
  c = 0;
  h = 0;
  r = 0;
  /** The side of the disk that is read. */
  head = 0;
  /** What VERIFY, READ TRACK and FORMAT TRACK have still to do: sectors. */
  left = 0;
  /** How many bytes the guest took, or gave. */
  position = 0;
  /** The DMA controller says that it was the last byte. */
  last = false;
  /** Something was written, and not yet flushed. */
  wrote = false;
  readonly ids: Uint8Array = new Uint8Array(MAX_IDS);
  readonly timer: Timer = new Timer(() => this.#run());
  sectorsRead: Counter = { value: 0 };
  sectorsWritten: Counter = { value: 0 };
  hostErrors: Counter = { value: 0 };
  overruns: Counter = { value: 0 };
  readonly #host: TransferHost;
  #clock: Clock | undefined;

  constructor(host: TransferHost) {
    this.#host = host;
  }

  attach(clock: Clock): void {
    this.#clock = clock;
    this.timer.attach(clock);
  }

  get drive(): FloppyDrive | undefined {
    return this.#host.drives[this.command[1] & UNIT];
  }

  get opcode(): number {
    return this.command[0] & OPCODE;
  }

  /** The byte that the guest reads or writes next belongs to a transfer. */
  get wantsCpu(): boolean {
    return this.stage === TO_CPU || this.stage === FROM_CPU;
  }

  /** The code for the size of a sector in the ID that is its result. */
  get size(): number {
    if (this.opcode === READ_ID) return SIZE_CODE;
    return this.command[this.opcode === FORMAT_TRACK ? 2 : 5];
  }

  /** How many bytes the guest gives or takes at a time. */
  get length(): number {
    return this.opcode === FORMAT_TRACK ? this.command[3] * 4 : SECTOR;
  }

  /** @param command all its bytes @param st0 SEEK END, if there was a seek */
  begin(command: Uint8Array, st0: number): void {
    this.command.fill(0);
    this.command.set(command);
    const [, select, c, h, r, , eot, , count] = this.command;
    this.st0 = st0 | (select & (HEAD | UNIT));
    this.st1 = 0;
    this.st2 = 0;
    this.head = (select & HEAD) >> 2;
    [this.c, this.h, this.r] = [c, h, r];
    if (this.opcode === FORMAT_TRACK) {
      this.left = this.command[3];
      [this.c, this.h, this.r] = [this.drive?.cylinder ?? 0, this.head, 1];
    } else this.left = (this.opcode === READ_TRACK ? eot : count) || 256;
    this.position = 0;
    this.last = false;
    this.wrote = false;
    this.stage = NEXT;
    this.timer.set(LATENCY);
  }

  /** It never was. What the backend has in hand goes on. */
  abort(): void {
    this.drive?.disk?.cancel();
    this.stage = IDLE;
    this.timer.set(-1);
  }

  /** The disk is being taken away. */
  diskLeaves(drive: FloppyDrive): void {
    if (this.stage === IDLE || this.drive !== drive) return;
    this.abort();
    this.wrote = false;
    this.#end(ST1_NO_ADDRESS_MARK);
    this.#host.changed();
  }

  /** The guest takes a byte. */
  take(): number {
    const disk = this.drive?.disk as Disk;
    const byte = disk.buffer[this.position++];
    if (this.position === SECTOR) {
      this.#sectorDone();
      this.#run();
    }
    return byte;
  }

  /** The guest gives a byte. */
  put(byte: number): void {
    const disk = this.drive?.disk as Disk;
    this.#target(disk)[this.position++] = byte;
    if (this.position < this.length) return;
    this.#filled(disk);
    this.#run();
  }

  /** Goes on until the host or the guest has to do something, or it is over. */
  #run(): void {
    while (this.stage === NEXT || this.stage === STORE || this.stage === FLUSH) {
      if (!this.#step()) break;
    }
    this.#host.changed();
  }

  // One step. Gives whether it was done at once.
  #step(): boolean {
    const disk = this.drive?.disk;
    if (disk === undefined) this.#end(ST1_NO_ADDRESS_MARK);
    else if (this.stage === FLUSH) return this.#ask(disk, FLUSH_BLOCKS, 0);
    else if (disk.geometry === undefined) return this.#ask(disk, READ, 0);
    else if (this.#locate(disk, disk.geometry)) {
      if (this.stage === STORE) return this.#ask(disk, WRITE, this.#offset(disk.geometry));
      if (isWrite(this.command[0])) this.#fetch(disk);
      else if (this.opcode === READ_ID) this.#readId(disk.geometry);
      else if (this.opcode === READ_DELETED && (this.command[0] & SKIP) !== 0) this.#sectorDone();
      else return this.#ask(disk, READ, this.#offset(disk.geometry));
    }
    return true;
  }

  #ask(disk: Disk, what: number, offset: number): boolean {
    const result = disk.port.start(what, offset, disk.buffer, this.#settled);
    if (result === PENDING) return false;
    this.#settle(disk, result === OK);
    return true;
  }

  readonly #settled = (ok: boolean): void => {
    const disk = this.drive?.disk;
    if (disk !== undefined) this.#settle(disk, ok);
    this.#run();
  };

  // The host has done what this stage asks of it.
  #settle(disk: Disk, ok: boolean): void {
    if (disk.geometry === undefined && this.stage !== FLUSH) {
      disk.geometry = geometryOf(disk.sectors, ok ? disk.buffer : undefined);
      return;
    }
    if (!ok) this.hostErrors.value++;
    if (this.stage === FLUSH) {
      this.wrote = false;
      this.#end(ok ? 0 : ST1_DATA_ERROR);
    } else if (!ok) this.#end(ST1_DATA_ERROR, this.stage === STORE ? 0 : ST2_DATA_ERROR);
    else if (this.stage === STORE) {
      this.sectorsWritten.value++;
      this.wrote = true;
      this.#sectorDone();
    } else {
      this.sectorsRead.value++;
      this.#deliver(disk.buffer);
    }
  }

  /** Whether the sector is under the head. If not, the command is over. */
  #locate(disk: Disk, geometry: FloppyGeometry): boolean {
    const { opcode, head } = this;
    const { cylinder, type } = this.drive as FloppyDrive;
    const { rate } = this.#host;
    if (isWrite(this.command[0]) && disk.port.backend.readonly) return this.#end(ST1_NOT_WRITABLE);
    if (cylinder >= geometry.cylinders || head >= geometry.heads || (rate <= 3 && rate !== rateOf(geometry, type))) {
      return this.#end(ST1_NO_ADDRESS_MARK);
    }
    if (opcode === READ_ID) return true;
    if (opcode === FORMAT_TRACK) return this.stage === NEXT || this.#locateId(geometry);
    const here = this.c === cylinder && this.h === head && this.command[5] === SIZE_CODE;
    if (opcode === READ_TRACK) {
      if (this.#sector > geometry.sectors) return this.#end(ST1_NO_DATA);
      if (!here || this.r !== this.#sector) this.st1 |= ST1_NO_DATA;
      return true;
    }
    if (here && this.r >= 1 && this.r <= geometry.sectors) return true;
    return this.#end(ST1_NO_DATA, this.c === cylinder ? 0 : ST2_WRONG_CYLINDER);
  }

  // What FORMAT TRACK is to write must be what the image has a place for.
  #locateId(geometry: FloppyGeometry): boolean {
    const at = (this.command[3] - this.left) * 4;
    const { ids, head } = this;
    const cylinder = this.drive?.cylinder;
    this.r = ids[at + 2];
    const fits = ids[at] === cylinder && ids[at + 1] === head && ids[at + 3] === SIZE_CODE;
    if (fits && this.command[2] === SIZE_CODE && this.r >= 1 && this.r <= geometry.sectors) return true;
    this.st0 |= ST0_ABNORMAL | ST0_CHECK;
    return this.#end();
  }

  #offset({ heads, sectors }: FloppyGeometry): number {
    const { cylinder } = this.drive as FloppyDrive;
    return ((cylinder * heads + this.head) * sectors + this.#sector - 1) * SECTOR;
  }

  // READ TRACK takes the sectors as they come, whatever they are called.
  get #sector(): number {
    return this.opcode === READ_TRACK ? (this.command[6] || 256) - this.left + 1 : this.r;
  }

  // The whole sector is there.
  #deliver(buffer: Uint8Array): void {
    if (this.opcode === VERIFY) this.#sectorDone();
    else if (this.#host.byCpu) {
      this.stage = TO_CPU;
      this.position = 0;
    } else if (this.#dma(buffer, false)) this.#sectorDone();
  }

  #fetch(disk: Disk): void {
    if (this.length === 0) this.#end();
    else if (this.#host.byCpu) {
      this.stage = FROM_CPU;
      this.position = 0;
    } else if (this.#dma(this.#target(disk), true)) this.#filled(disk);
  }

  #target(disk: Disk): Uint8Array {
    return this.opcode === FORMAT_TRACK ? this.ids : disk.buffer;
  }

  #filled(disk: Disk): void {
    // Where the count ends within a sector, the rest of it is zeros.
    this.#target(disk).fill(0, this.position);
    if (this.opcode === FORMAT_TRACK) disk.buffer.fill(this.command[5]);
    this.stage = STORE;
  }

  /** Whether all bytes were moved, or as many as there were to be. If not, the command is over. */
  #dma(bytes: Uint8Array, fromMemory: boolean): boolean {
    const { dma } = this.#host;
    const block = bytes.length === this.length ? bytes : bytes.subarray(0, this.length);
    this.position = 0;
    if (dma !== undefined) this.position = fromMemory ? dma.read(block) : dma.write(block);
    this.last = this.position > 0 && dma?.terminalCount === true;
    if (this.position >= this.length || this.last) return true;
    this.overruns.value++;
    return this.#end(ST1_OVERRUN);
  }

  #readId({ sectors }: FloppyGeometry): void {
    this.c = this.drive?.cylinder ?? 0;
    this.h = this.head;
    const angle = ((this.#clock?.now() ?? 0) % REVOLUTION) / REVOLUTION;
    this.r = 1 + Math.floor(angle * sectors);
    this.#end();
  }

  #sectorDone(): void {
    const { opcode } = this;
    this.stage = opcode === FORMAT_TRACK ? STORE : NEXT;
    this.position = 0;
    if (opcode === FORMAT_TRACK) {
      if (--this.left === 0) this.#end();
    } else if (opcode === READ_TRACK) {
      this.r = (this.r + 1) & 0xff;
      if (--this.left === 0 || this.last) this.#end();
    } else {
      if (opcode === READ_DELETED) this.st2 |= ST2_CONTROL_MARK;
      // A sector with the other mark is the last one, unless such sectors are skipped.
      if (opcode === READ_DELETED && (this.command[0] & SKIP) === 0) return void this.#end();
      const counts = opcode === VERIFY && (this.command[1] & VERIFY_COUNT) !== 0;
      if (counts) this.left--;
      const cylinderEnds = this.#nextId();
      if (this.last || (counts && this.left === 0)) this.#end();
      else if (cylinderEnds) this.#end(opcode === VERIFY && !counts ? 0 : ST1_END);
    }
  }

  // Data sheet, table 5-2. Gives whether it is beyond the last sector, which SeaBIOS counts on past the end of a track: see the README.
  #nextId(): boolean {
    const multiTrack = (this.command[0] & MULTI_TRACK) !== 0;
    const sectors = this.drive?.disk?.geometry?.sectors ?? 0;
    const countsOn = multiTrack && this.opcode !== VERIFY && this.command[6] > sectors;
    const ends = this.r === (countsOn ? sectors : this.command[6]);
    this.r = ends ? 1 : (this.r + 1) & 0xff;
    if (!ends) return false;
    if (multiTrack) this.h ^= 1;
    if (multiTrack && this.head === 0) {
      this.head = 1;
      return false;
    }
    this.c = (this.c + 1) & 0xff;
    if (!countsOn || this.last) return true;
    this.head = 0;
    this.#host.seeks.move(this.command[1] & UNIT, this.c);
    return false;
  }

  // The command is over, but for what is not yet safe. Never gives true.
  #end(st1 = 0, st2 = 0): false {
    this.st1 |= st1;
    this.st2 |= st2;
    if (st1 !== 0) this.st0 |= ST0_ABNORMAL;
    if (this.wrote) this.stage = FLUSH;
    else {
      this.stage = IDLE;
      this.st0 = (this.st0 & ~HEAD) | (this.head * HEAD);
      this.#host.finished();
    }
    return false;
  }
}
