import type { StateReader } from '@picovm/core';
import type { BlockBackend } from '../../block/block-backend.ts';
import { ABRT, IDNF, LBA, SECTOR, UNC, WP } from '../bits.ts';
import type { DriveCounters } from '../counters.ts';
import { Drive, type DrivePart } from '../drive.ts';
import { BlockPort, FLUSH } from '../media/block-port.ts';
import { MEDIA } from '../phases.ts';
import { COUNT, FEATURES } from '../task-file.ts';
import { TransferModes } from '../transfer-modes.ts';
import {
  CHECK_POWER_MODE,
  FLUSH_CACHE,
  FLUSH_CACHE_EXT,
  IDENTIFY_DEVICE,
  IDLE_COMMAND,
  IDLE_IMMEDIATE,
  INITIALIZE_DEVICE_PARAMETERS,
  modernOpcode,
  READ_NATIVE_MAX,
  READ_NATIVE_MAX_EXT,
  RECALIBRATE,
  SECTOR_COMMANDS,
  SEEK,
  SET_FEATURES,
  SET_MULTIPLE_MODE,
  type SectorCommand,
  SLEEP,
  STANDBY,
  STANDBY_IMMEDIATE,
} from './disk-commands.ts';
import { firstSector, type Geometry, putSector, sectorCount, translation } from './geometry.ts';
import { identifyDevice, MOST_MULTIPLE } from './identify-device.ts';
import { FLUSHING, READ_SECTORS, REPLY, SectorTransfer, VERIFY_SECTORS, WRITE_SECTORS } from './sector-transfer.ts';

/** What a disk is made of. */
export interface DiskSettings {
  readonly blocks: BlockBackend;
  readonly geometry: Geometry;
  readonly model: string;
  readonly serial: string;
}

/** An ATA disk (ATA/ATAPI-6, general feature set for devices without the PACKET commands). */
export class DiskDrive extends Drive {
  readonly isPacketDevice = false;
  readonly modes: TransferModes = new TransferModes();
  protected readonly port: BlockPort;
  readonly #settings: DiskSettings;
  readonly #total: number;
  readonly #transfer = new SectorTransfer();
  #geometry: Geometry;
  #multiple = MOST_MULTIPLE;
  #writeCache = true;
  #lookAhead = true;
  #standby = false;

  constructor(settings: DiskSettings, counters: DriveCounters) {
    super(counters);
    this.#settings = settings;
    this.#total = settings.blocks.size / SECTOR;
    this.#geometry = settings.geometry;
    this.port = new BlockPort(settings.blocks);
  }

  override reset(): void {
    this.#geometry = this.#settings.geometry;
    this.#multiple = MOST_MULTIPLE;
    this.#writeCache = true;
    this.#lookAhead = true;
    this.#standby = false;
    this.modes.reset();
    super.reset();
  }

  protected execute(command: number): void {
    const sectors = SECTOR_COMMANDS[command];
    if (sectors !== undefined) {
      this.#moveSectors(sectors);
      return;
    }
    const { taskFile } = this;
    switch (modernOpcode(command)) {
      case IDENTIFY_DEVICE:
        this.#identify();
        break;
      case SET_FEATURES:
        this.#setFeatures(taskFile.current[FEATURES], taskFile.current[COUNT]);
        break;
      case FLUSH_CACHE:
      case FLUSH_CACHE_EXT:
        this.#flush();
        break;
      case STANDBY:
      case STANDBY_IMMEDIATE:
      case SLEEP:
        this.#standby = true;
        this.#flush();
        break;
      case IDLE_COMMAND:
      case IDLE_IMMEDIATE:
        this.#standby = false;
        this.finish();
        break;
      case CHECK_POWER_MODE:
        taskFile.put(COUNT, this.#standby ? 0 : 0xff);
        this.finish();
        break;
      case RECALIBRATE:
        this.finish();
        break;
      case SEEK: {
        const sector = firstSector(taskFile, false, this.#geometry);
        if (sector >= 0 && sector < this.#total) this.finish();
        else this.fail(IDNF);
        break;
      }
      case INITIALIZE_DEVICE_PARAMETERS:
        this.#finish(this.#translate(taskFile.current[COUNT], (taskFile.device & 0x0f) + 1));
        break;
      case SET_MULTIPLE_MODE:
        this.#finish(this.#setMultiple(taskFile.current[COUNT]));
        break;
      case READ_NATIVE_MAX:
      case READ_NATIVE_MAX_EXT:
        this.#nativeMax(command === READ_NATIVE_MAX_EXT);
        break;
      default:
        this.fail(ABRT);
        break;
    }
  }

  protected blockDone(): void {
    const { op, block } = this.#transfer;
    if (op === REPLY) this.finish(false);
    else if (this.nextBlock(block * SECTOR)) return;
    else if (op === WRITE_SECTORS) this.resumeMedia();
    else this.#advance();
  }

  protected mediaDone(ok: boolean): void {
    const transfer = this.#transfer;
    if (transfer.op === FLUSHING || transfer.flushing) this.#finish(ok);
    else if (!ok) this.#mediaFailed();
    else if (transfer.probesOn()) this.resumeMedia();
    else if (transfer.op === READ_SECTORS) this.#deliver();
    else this.#advance();
  }

  dmaFailed(): void {
    this.fail(ABRT);
  }

  protected resumeMedia(): void {
    const transfer = this.#transfer;
    if (transfer.op === FLUSHING || transfer.flushing) this.media(FLUSH, 0, 0, 0);
    else this.media(transfer.kind, transfer.offset, transfer.at, transfer.bytes);
  }

  protected forget(): void {
    this.#transfer.clear();
  }

  protected save(): Record<string, unknown> {
    return {
      kind: 'disk',
      total: this.#total,
      heads: this.#geometry.heads,
      sectors: this.#geometry.sectors,
      cylinders: this.#geometry.cylinders,
      multiple: this.#multiple,
      writeCache: this.#writeCache,
      lookAhead: this.#lookAhead,
      standby: this.#standby,
      transferMode: this.modes.save(),
      ...this.#transfer.save(),
    };
  }

  protected read(reader: StateReader, phase: number, length: number): DrivePart {
    reader.exactly('kind', 'disk');
    reader.exactly('total', this.#total);
    const geometry = {
      cylinders: reader.integer('cylinders', 0xffff, 1),
      heads: reader.integer('heads', 16, 1),
      sectors: reader.integer('sectors', 255, 1),
    };
    const multiple = reader.integer('multiple', MOST_MULTIPLE);
    if ((multiple & (multiple - 1)) !== 0) throw reader.error('has a multiple that is no power of two');
    const writeCache = reader.boolean('writeCache');
    const lookAhead = reader.boolean('lookAhead');
    const standby = reader.boolean('standby');
    const mode = TransferModes.read(reader);
    const transfer = SectorTransfer.read(reader, phase, length, this.#total);
    const apply = (): void => {
      this.#geometry = geometry;
      this.#multiple = multiple;
      this.#writeCache = writeCache;
      this.#lookAhead = lookAhead;
      this.#standby = standby;
      this.modes.load(mode);
      this.#transfer.load(transfer);
    };
    return { apply, media: phase === MEDIA ? transfer.needed : 0 };
  }

  protected mediaData(): number {
    return this.#transfer.needed;
  }

  #finish(ok: boolean): void {
    if (ok) this.finish();
    else this.fail(ABRT);
  }

  #moveSectors({ kind, ext, dma, multiple }: SectorCommand): void {
    const { taskFile } = this;
    if ((dma && !this.modes.hasDma) || (multiple && this.#multiple === 0)) {
      this.fail(ABRT);
      return;
    }
    const first = firstSector(taskFile, ext, this.#geometry);
    const count = sectorCount(taskFile, ext);
    if (first < 0 || first + count > this.#total) {
      if (first >= 0) putSector(taskFile, ext, this.#geometry, Math.max(first, this.#total));
      this.fail(IDNF);
      return;
    }
    const isWrite = kind === 'write';
    if (isWrite && this.#settings.blocks.readonly) {
      this.fail(WP | ABRT);
      return;
    }
    this.#standby = false;
    const op = isWrite ? WRITE_SECTORS : kind === 'read' ? READ_SECTORS : VERIFY_SECTORS;
    this.#transfer.begin(op, first, count, multiple ? this.#multiple : 1, ext, dma);
    this.#nextChunk();
  }

  #nextChunk(): void {
    const transfer = this.#transfer;
    transfer.take();
    if (transfer.op === WRITE_SECTORS) {
      this.dataOut(transfer.dma, transfer.count * SECTOR, transfer.block * SECTOR);
    } else if (transfer.breathes) this.mediaLater();
    else this.resumeMedia();
  }

  // Sectors are in the buffer, for the guest.
  #deliver(): void {
    const { dma, count, block } = this.#transfer;
    this.dataIn(dma, count * SECTOR, block * SECTOR);
    if (!dma) this.raise();
  }

  // What was in the buffer is where it was to go.
  #advance(): void {
    const transfer = this.#transfer;
    const { op, dma, ext } = transfer;
    if (transfer.advance()) {
      this.#nextChunk();
      // The first block of a write comes without an interrupt, the others with one each.
      if (op === WRITE_SECTORS && !dma) this.raise();
      return;
    }
    putSector(this.taskFile, ext, this.#geometry, transfer.next - 1);
    this.taskFile.put(COUNT, 0);
    if (op === WRITE_SECTORS && !this.#writeCache) {
      transfer.flushing = true;
      this.resumeMedia();
    } else this.finish(op !== READ_SECTORS || dma);
  }

  // A chunk that failed is tried sector by sector; what comes before the one that fails was moved.
  #mediaFailed(): void {
    const transfer = this.#transfer;
    if (transfer.probes()) {
      this.resumeMedia();
      return;
    }
    if (transfer.op === READ_SECTORS && transfer.shorten()) {
      this.#deliver();
      return;
    }
    putSector(this.taskFile, transfer.ext, this.#geometry, transfer.failing);
    this.fail(transfer.op === WRITE_SECTORS ? ABRT : UNC);
  }

  // SET FEATURES: the transfer mode, the write cache, look-ahead; 66h and CCh are about what a software reset keeps.
  #setFeatures(feature: number, value: number): void {
    switch (feature) {
      case 0x03:
        this.#finish(this.modes.choose(value));
        break;
      case 0x02:
        this.#writeCache = true;
        this.finish();
        break;
      case 0x82:
        this.#writeCache = false;
        this.#flush();
        break;
      case 0xaa:
      case 0x55:
        this.#lookAhead = feature === 0xaa;
        this.finish();
        break;
      default:
        this.#finish(feature === 0x66 || feature === 0xcc);
        break;
    }
  }

  #translate(sectors: number, heads: number): boolean {
    if (sectors === 0) return false;
    this.#geometry = translation(this.#total, heads, sectors);
    return true;
  }

  #setMultiple(sectors: number): boolean {
    if (sectors > MOST_MULTIPLE || (sectors & (sectors - 1)) !== 0) return false;
    this.#multiple = sectors;
    return true;
  }

  #nativeMax(ext: boolean): void {
    const { taskFile } = this;
    if ((taskFile.device & LBA) === 0) {
      this.fail(ABRT);
      return;
    }
    putSector(taskFile, ext, this.#geometry, Math.min(this.#total - 1, ext ? 2 ** 48 - 1 : 0x0fff_fffe));
    this.finish();
  }

  #flush(): void {
    this.#transfer.op = FLUSHING;
    this.resumeMedia();
  }

  #identify(): void {
    const { model, serial, geometry } = this.#settings;
    identifyDevice(this.room(SECTOR), {
      total: this.#total,
      geometry,
      current: this.#geometry,
      model,
      serial,
      multiple: this.#multiple,
      writeCache: this.#writeCache,
      lookAhead: this.#lookAhead,
      modes: this.modes,
    });
    this.#transfer.op = REPLY;
    this.dataIn(false, SECTOR, SECTOR);
    this.raise();
  }
}
