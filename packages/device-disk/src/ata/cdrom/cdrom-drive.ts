import type { StateReader } from '@picovm/core';
import type { BlockBackend } from '../../block/block-backend.ts';
import { ABRT, CD, CD_SECTOR, IO } from '../bits.ts';
import { DEVICE_RESET } from '../channel.ts';
import type { DriveCounters } from '../counters.ts';
import {
  CHECK_POWER_MODE,
  IDENTIFY_DEVICE,
  IDLE_COMMAND,
  IDLE_IMMEDIATE,
  modernOpcode,
  SET_FEATURES,
  SLEEP,
  STANDBY,
  STANDBY_IMMEDIATE,
} from '../disk/disk-commands.ts';
import { Drive, type DrivePart } from '../drive.ts';
import { type BlockPort, READ } from '../media/block-port.ts';
import { COUNT, FEATURES, LBA_HIGH, LBA_MID } from '../task-file.ts';
import { TransferModes } from '../transfer-modes.ts';
import { identifyPacketDevice } from './identify-packet.ts';
import { PACKET_LENGTH } from './opcodes.ts';
import { PacketCommands, type PacketResult } from './packet-commands.ts';
import { IDENTIFYING, PACKET, PacketTransfer, READING, REPLY } from './packet-transfer.ts';
import { REPLY_LENGTH } from './replies.ts';
import { UNRECOVERED_READ_ERROR } from './sense.ts';
import { Tray, type TrayListener } from './tray.ts';

const IDENTIFY_PACKET_DEVICE = 0xa1;
const PACKET_COMMAND = 0xa0;
const READ_SECTORS = 0x20;
/** Of the features register of PACKET: data go by DMA; overlapped commands, which there are not. */
const DMA = 0x01;
const OVERLAP = 0x02;

/** What a CD-ROM drive is made of. */
export interface CdromSettings {
  readonly blocks: BlockBackend | undefined;
  readonly model: string;
  readonly serial: string;
  readonly onTray: TrayListener;
}

/** An ATAPI CD-ROM drive (ATA/ATAPI-6 with the PACKET feature set; MMC-3). */
export class CdromDrive extends Drive {
  readonly isPacketDevice = true;
  readonly modes: TransferModes = new TransferModes();
  readonly tray: Tray;
  readonly #settings: CdromSettings;
  readonly #transfer = new PacketTransfer();
  readonly #commands: PacketCommands;
  readonly #packet = new Uint8Array(PACKET_LENGTH);

  constructor(settings: CdromSettings, counters: DriveCounters) {
    super(counters);
    this.#settings = settings;
    this.tray = new Tray(settings.blocks, settings.onTray);
    this.#commands = new PacketCommands(this.tray);
  }

  override reset(): void {
    this.modes.reset();
    super.reset();
    this.tray.reset();
    this.#commands.reset();
  }

  /** Takes the medium out. @returns whether it could: not if the guest has locked the tray, and nobody forces it */
  eject(force: boolean): boolean {
    if (this.tray.locked && !force) {
      this.tray.requestEject();
      return false;
    }
    this.#changeMedium(() => this.tray.eject());
    return true;
  }

  /** Puts a medium in; one that is there is taken out first. */
  insert(blocks: BlockBackend): void {
    this.#changeMedium(() => this.tray.insert(blocks));
  }

  protected get port(): BlockPort | undefined {
    return this.tray.port;
  }

  protected execute(command: number): void {
    const { taskFile } = this;
    switch (modernOpcode(command)) {
      case PACKET_COMMAND:
        this.#takePacket();
        break;
      case IDENTIFY_PACKET_DEVICE:
        this.#identify();
        break;
      case DEVICE_RESET:
        this.sign();
        break;
      case IDENTIFY_DEVICE:
      case READ_SECTORS:
        // So does a host find out what it has before it (ATA-6, 8.15.5).
        taskFile.sign(true);
        this.fail(ABRT);
        break;
      case SET_FEATURES:
        this.#setFeatures(taskFile.current[FEATURES], taskFile.current[COUNT]);
        break;
      case CHECK_POWER_MODE:
        taskFile.put(COUNT, 0xff);
        this.finish();
        break;
      case IDLE_COMMAND:
      case IDLE_IMMEDIATE:
      case STANDBY:
      case STANDBY_IMMEDIATE:
      case SLEEP:
        this.finish();
        break;
      default:
        this.fail(ABRT);
        break;
    }
  }

  protected blockDone(): void {
    const transfer = this.#transfer;
    if (transfer.op === PACKET) {
      this.#packet.set(this.room(PACKET_LENGTH).subarray(0, PACKET_LENGTH));
      this.#run(this.#commands.run(this.#packet, this.room(REPLY_LENGTH)));
    } else if (this.nextBlock(this.#block)) this.#announce();
    else if (transfer.op === READING && transfer.advance()) this.#nextChunk();
    else this.#done();
  }

  protected mediaDone(ok: boolean): void {
    const transfer = this.#transfer;
    if (ok) {
      if (transfer.singles > 0) transfer.singles--;
      this.#deliver(transfer.count * CD_SECTOR);
    } else if (transfer.split()) this.resumeMedia();
    else {
      this.#commands.set(UNRECOVERED_READ_ERROR, transfer.next);
      this.#check();
    }
  }

  dmaFailed(): void {
    this.#commands.dmaFailed();
    this.#check();
  }

  protected resumeMedia(): void {
    const { next, count } = this.#transfer;
    this.media(READ, next * CD_SECTOR, 0, count * CD_SECTOR);
  }

  protected forget(): void {
    this.#transfer.clear();
  }

  protected save(): Record<string, unknown> {
    return {
      kind: 'cdrom',
      transferMode: this.modes.save(),
      ...this.#commands.save(),
      ...this.tray.save(),
      ...this.#transfer.save(),
    };
  }

  protected read(reader: StateReader, phase: number, length: number): DrivePart {
    reader.exactly('kind', 'cdrom');
    const mode = TransferModes.read(reader);
    const commands = this.#commands.read(reader);
    const tray = this.tray.read(reader);
    const transfer = PacketTransfer.read(reader, phase, length, this.tray.sectors);
    const apply = (): void => {
      this.modes.load(mode);
      commands();
      tray();
      this.#transfer.load(transfer);
    };
    return { apply, media: 0 };
  }

  protected mediaData(): number {
    return 0;
  }

  get #block(): number {
    return this.#transfer.block(this.length - this.position);
  }

  #takePacket(): void {
    const { taskFile } = this;
    const features = taskFile.current[FEATURES];
    const dma = (features & DMA) !== 0;
    if ((features & OVERLAP) !== 0 || (dma && !this.modes.hasDma)) {
      this.fail(ABRT);
      return;
    }
    const transfer = this.#transfer;
    transfer.op = PACKET;
    transfer.dma = dma;
    transfer.limit = taskFile.current[LBA_MID] | (taskFile.current[LBA_HIGH] << 8);
    taskFile.put(COUNT, CD);
    this.dataOut(false, PACKET_LENGTH, PACKET_LENGTH);
  }

  #run(result: PacketResult): void {
    const transfer = this.#transfer;
    const hasData = result.bytes > 0 || result.sectors > 0;
    if (result.failed) this.#check();
    else if (!hasData) this.#done();
    else if (!transfer.dma && transfer.limit === 0) {
      // Data by PIO, and no byte of them at a time (ATA-6, 8.23.5).
      this.taskFile.put(COUNT, IO | CD);
      this.fail(ABRT);
    } else if (result.sectors > 0) {
      transfer.op = READING;
      transfer.read(result.first, result.sectors);
      this.#nextChunk();
    } else {
      transfer.op = REPLY;
      this.#deliver(result.bytes);
    }
  }

  #nextChunk(): void {
    this.#transfer.take();
    this.resumeMedia();
  }

  #deliver(length: number): void {
    const { dma } = this.#transfer;
    this.dataIn(dma, length, this.#transfer.block(length));
    if (dma) return;
    this.#announce();
    this.raise();
  }

  // How many bytes come, and which way.
  #announce(): void {
    const bytes = this.blockEnd - this.position;
    this.taskFile.put(LBA_MID, bytes & 0xff);
    this.taskFile.put(LBA_HIGH, bytes >>> 8);
    this.taskFile.put(COUNT, IO);
  }

  #done(): void {
    // IDENTIFY PACKET DEVICE is no packet command: nothing comes after its data.
    const isPacket = this.#transfer.op !== IDENTIFYING;
    if (isPacket) this.taskFile.put(COUNT, IO | CD);
    this.finish(isPacket);
  }

  // CHECK CONDITION: the sense key is in the upper half of the error register.
  #check(): void {
    this.taskFile.put(COUNT, IO | CD);
    this.fail((this.#commands.sense.key << 4) | ABRT);
  }

  #changeMedium(change: () => void): void {
    const isReading = this.#transfer.op === READING;
    if (isReading) this.abandon();
    change();
    if (!isReading) return;
    this.#commands.set(this.tray.notReady);
    this.#check();
  }

  #setFeatures(feature: number, value: number): void {
    const ok = feature === 0x03 ? this.modes.choose(value) : feature === 0x66 || feature === 0xcc;
    if (ok) this.finish();
    else this.fail(ABRT);
  }

  #identify(): void {
    const { model, serial } = this.#settings;
    identifyPacketDevice(this.room(512), model, serial, this.modes);
    this.#transfer.op = IDENTIFYING;
    this.dataIn(false, 512, 512);
    this.raise();
  }
}
