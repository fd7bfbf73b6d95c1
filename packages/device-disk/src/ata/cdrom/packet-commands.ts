import type { StateReader } from '@picovm/core';
import { CD_SECTOR } from '../bits.ts';
import { get16, get24, get32, put32 } from './big-endian.ts';
import { modeSense } from './mode-pages.ts';
import * as op from './opcodes.ts';
import {
  configuration,
  discInformation,
  eventStatus,
  inquiry,
  mechanismStatus,
  REPLY_LENGTH,
  readToc,
} from './replies.ts';
import {
  HARDWARE_ERROR,
  INVALID_FIELD,
  INVALID_OPERATION_CODE,
  NO_SENSE,
  OUT_OF_RANGE,
  putSense,
  REMOVAL_PREVENTED,
  SAVING_NOT_SUPPORTED,
  SENSE_LENGTH,
  type Sense,
} from './sense.ts';
import type { Tray } from './tray.ts';

/** What a packet command comes to. */
export interface PacketResult {
  /** CHECK CONDITION: the sense data say why. */
  failed: boolean;
  /** So many bytes of the buffer are the reply. */
  bytes: number;
  /** So many sectors are to be read, from this one on. */
  sectors: number;
  first: number;
}

const NOWHERE = -1;

/** The packet commands of a CD-ROM drive, and the sense data that they leave. */
export class PacketCommands {
  sense: Sense = NO_SENSE;
  /** The sector that the sense data are about. */
  #where: number = NOWHERE;
  readonly #tray: Tray;
  readonly #result: PacketResult = { failed: false, bytes: 0, sectors: 0, first: 0 };

  constructor(tray: Tray) {
    this.#tray = tray;
  }

  reset(): void {
    this.set(NO_SENSE);
  }

  set(sense: Sense, where: number = NOWHERE): void {
    this.sense = sense;
    this.#where = where;
  }

  dmaFailed(): void {
    this.set(HARDWARE_ERROR);
  }

  /**
   * Carries out a command, all but the reading of sectors.
   * @param reply where its data go
   * @returns the same object at each call
   */
  run(packet: Uint8Array, reply: Uint8Array): PacketResult {
    const [opcode] = packet;
    const tray = this.#tray;
    this.#result.failed = false;
    this.#result.bytes = 0;
    this.#result.sectors = 0;
    reply.fill(0, 0, REPLY_LENGTH);
    if (opcode === op.REQUEST_SENSE) return this.#requestSense(packet, reply);
    this.set(NO_SENSE);
    if (!op.IGNORE_ATTENTION.has(opcode)) {
      const attention = tray.takeAttention();
      if (attention !== NO_SENSE) return this.#fail(attention);
    }
    if (op.WANT_MEDIUM.has(opcode) && !tray.ready) return this.#fail(tray.notReady);
    return this.#execute(opcode, packet, reply);
  }

  save(): Record<string, unknown> {
    return { senseKey: this.sense.key, senseCode: this.sense.code, senseSector: this.#where };
  }

  /** @returns what sets it. @throws VmError `ERR_DEVICE_STATE` */
  read(reader: StateReader): () => void {
    const sense = { key: reader.integer('senseKey', 0x0f), code: reader.integer('senseCode', 0xffff) };
    const where = reader.integer('senseSector', 0xffff_ffff, NOWHERE);
    return () => this.set(sense, where);
  }

  #execute(opcode: number, packet: Uint8Array, reply: Uint8Array): PacketResult {
    const tray = this.#tray;
    switch (opcode) {
      case op.TEST_UNIT_READY:
      case op.SET_CD_SPEED:
        return this.#result;
      case op.INQUIRY:
        return (packet[1] & 1) !== 0 ? this.#fail(INVALID_FIELD) : this.#reply(inquiry(reply), get16(packet, 3));
      case op.MODE_SENSE_6:
      case op.MODE_SENSE_10:
        return this.#modeSense(packet, reply);
      case op.START_STOP_UNIT:
        return this.#startStop(packet[4]);
      case op.PREVENT_ALLOW_MEDIUM_REMOVAL:
        tray.locked = (packet[4] & 1) !== 0;
        return this.#result;
      case op.READ_CAPACITY:
        put32(reply, 0, tray.sectors - 1);
        put32(reply, 4, CD_SECTOR);
        return this.#reply(8, 8);
      case op.READ_10:
        return this.#readSectors(get32(packet, 2), get16(packet, 7));
      case op.READ_12:
        return this.#readSectors(get32(packet, 2), get32(packet, 6));
      case op.READ_CD:
        return this.#readCd(packet);
      case op.SEEK_10:
        return get32(packet, 2) < tray.sectors ? this.#result : this.#fail(OUT_OF_RANGE);
      case op.READ_TOC:
        return this.#reply(readToc(reply, packet, tray.sectors), get16(packet, 7));
      case op.GET_CONFIGURATION:
        return this.#reply(configuration(reply, packet, tray), get16(packet, 7));
      case op.GET_EVENT_STATUS_NOTIFICATION:
        // Only polled: asynchronous notification is for commands that overlap.
        if ((packet[1] & 1) === 0) return this.#fail(INVALID_FIELD);
        return this.#reply(eventStatus(reply, packet[4], tray), get16(packet, 7));
      case op.READ_DISC_INFORMATION:
        return this.#reply(discInformation(reply), get16(packet, 7));
      case op.MECHANISM_STATUS:
        return this.#reply(mechanismStatus(reply, tray), get16(packet, 8));
      default:
        return this.#fail(INVALID_OPERATION_CODE);
    }
  }

  #fail(sense: Sense): PacketResult {
    this.set(sense);
    this.#result.failed = true;
    return this.#result;
  }

  // Of no bytes at all was something asked for that there is not.
  #reply(bytes: number, allocated: number): PacketResult {
    if (bytes === 0) return this.#fail(INVALID_FIELD);
    this.#result.bytes = Math.min(bytes, allocated);
    return this.#result;
  }

  #requestSense(packet: Uint8Array, reply: Uint8Array): PacketResult {
    if (this.sense.key === 0) this.sense = this.#tray.takeAttention();
    putSense(reply, this.sense);
    if (this.#where !== NOWHERE) {
      // The information field is valid.
      reply[0] |= 0x80;
      put32(reply, 3, this.#where);
    }
    this.set(NO_SENSE);
    return this.#reply(SENSE_LENGTH, packet[4]);
  }

  #modeSense(packet: Uint8Array, reply: Uint8Array): PacketResult {
    const isShort = packet[0] === op.MODE_SENSE_6;
    const control = packet[2] >>> 6;
    if (control === 3) return this.#fail(SAVING_NOT_SUPPORTED);
    const bytes = modeSense(reply, isShort ? 4 : 8, packet[2] & 0x3f, control === 1, this.#tray.locked);
    return this.#reply(bytes, isShort ? packet[4] : get16(packet, 7));
  }

  // Bit 0: spin up, bit 1: and move the tray. With power conditions in the upper half, the others do not count.
  #startStop(bits: number): PacketResult {
    const moves = (bits & 0x02) !== 0 && bits >>> 4 === 0;
    const opens = (bits & 0x01) === 0;
    if (moves && opens && this.#tray.locked) return this.#fail(REMOVAL_PREVENTED);
    if (moves) this.#tray.move(opens);
    return this.#result;
  }

  #readSectors(first: number, sectors: number): PacketResult {
    if (first + sectors > this.#tray.sectors) return this.#fail(OUT_OF_RANGE);
    this.#result.first = first;
    this.#result.sectors = sectors;
    return this.#result;
  }

  // Only the user data of data sectors (mode 1), or nothing.
  #readCd(packet: Uint8Array): PacketResult {
    const type = (packet[1] >>> 2) & 7;
    const parts = packet[9] & 0xf8;
    const known = (type === 0 || type === 2) && (parts === 0 || parts === 0x10) && (packet[10] & 7) === 0;
    if (!known) return this.#fail(INVALID_FIELD);
    return this.#readSectors(get32(packet, 2), parts === 0 ? 0 : get24(packet, 6));
  }
}
