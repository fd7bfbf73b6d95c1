import { type DeviceContext, type DevicePlace, type DeviceState, VmError } from '@picovm/core';
import type { BlockBackend } from '../block/block-backend.ts';
import { FloppyController } from './controller.ts';
import { FloppyDrive } from './drive.ts';
import { restoreFloppy, saveFloppy } from './floppy-state.ts';
import type { DmaController, Floppy, FloppyDriveInfo, FloppyDriveOptions, FloppyOptions } from './floppy-types.ts';
import { CMOS_TYPES, MAX_SECTORS } from './geometry.ts';
import { UNITS } from './seeks.ts';

type Settings = Required<Pick<FloppyOptions, 'id' | 'impliedSeek' | 'dmaChannel'>> & {
  readonly dma: DmaController | undefined;
  readonly drives: readonly FloppyDriveOptions[] | undefined;
};

/** What `floppy` makes. It has two ranges of ports, and one interrupt line. */
export class FloppyDevice implements Floppy {
  readonly type = 'floppy';
  readonly id: string;
  readonly #settings: Settings;
  readonly #place: DevicePlace;
  readonly #drives: readonly FloppyDrive[];
  readonly #controller: FloppyController;

  /** @throws VmError `ERR_INVALID_ARGUMENT` */
  constructor(settings: Settings, place: DevicePlace) {
    this.id = settings.id;
    this.#settings = settings;
    this.#place = place;
    this.#drives = drivesOf(settings.drives ?? [{}]);
    if (settings.dma !== undefined && typeof settings.dma.channel !== 'function') {
      throw invalid('dma must have a method channel(n), as dma8237() has');
    }
    this.#controller = new FloppyController(this.#drives, settings.impliedSeek);
  }

  get drives(): readonly FloppyDriveInfo[] {
    return this.#drives;
  }

  attach(context: DeviceContext): void {
    const controller = this.#controller;
    const { transfer } = controller;
    const { metrics } = context;
    const [registers, dir] = this.#place.ranges;
    transfer.sectorsRead = metrics.counter('sectorsRead');
    transfer.sectorsWritten = metrics.counter('sectorsWritten');
    transfer.hostErrors = metrics.counter('hostErrors');
    transfer.overruns = metrics.counter('overruns');
    context.claimPorts(registers, {
      read: (offset) => controller.read(offset),
      write: (offset, _size, value) => controller.write(offset, value),
    });
    context.claimPorts(dir, {
      read: () => controller.readDir(),
      write: (_offset, _size, value) => controller.writeCcr(value),
    });
    const { dma, dmaChannel } = this.#settings;
    controller.attach(context.irq(this.#place.irqs[0]), context.clock, dma?.channel(dmaChannel));
  }

  insert(drive: number, blocks: BlockBackend): void {
    const into = this.#drive(drive);
    checkDisk(blocks);
    this.#exchange(into, blocks);
  }

  eject(drive: number): BlockBackend | undefined {
    return this.#exchange(this.#drive(drive), undefined);
  }

  reset(): void {
    this.#controller.reset();
  }

  snapshot(): DeviceState {
    return saveFloppy(this.#controller);
  }

  restore(state: DeviceState): void {
    restoreFloppy(this.id, this.#controller, state);
  }

  dispose(): void {
    this.#controller.dispose();
  }

  #drive(n: number): FloppyDrive {
    const drive = this.#drives[n];
    if (drive === undefined) throw invalid(`${this.id} has the drives 0 to ${this.#drives.length - 1}, not ${n}`);
    return drive;
  }

  #exchange(drive: FloppyDrive, blocks: BlockBackend | undefined): BlockBackend | undefined {
    if (drive.disk !== undefined) this.#controller.transfer.diskLeaves(drive);
    return drive.exchange(blocks);
  }
}

function drivesOf(options: readonly FloppyDriveOptions[]): FloppyDrive[] {
  if (!Array.isArray(options) || options.length < 1 || options.length > UNITS) {
    throw invalid(`drives must be a list of 1 to ${UNITS} drives`);
  }
  return options.map((drive: unknown) => {
    if (typeof drive !== 'object' || drive === null) throw invalid('each of drives must be { blocks?, type? }');
    const { blocks, type } = drive as FloppyDriveOptions;
    if (blocks !== undefined) checkDisk(blocks);
    if (type !== undefined && !Object.hasOwn(CMOS_TYPES, type)) {
      throw invalid(`a floppy drive is of one of the types ${Object.keys(CMOS_TYPES).join(', ')}, not ${type}`);
    }
    return new FloppyDrive(blocks, type);
  });
}

function checkDisk(blocks: BlockBackend): void {
  const { size, read, write, flush } = (blocks ?? {}) as Partial<BlockBackend>;
  if (typeof size !== 'number' || [read, write, flush].some((method) => typeof method !== 'function')) {
    throw invalid('a disk must be a block backend: memoryBlocks(), openFileBlocks(), ...');
  }
  if (!Number.isInteger(size / 512) || size <= 0 || size > MAX_SECTORS * 512) {
    throw invalid(`a floppy disk has a multiple of 512 bytes, up to ${MAX_SECTORS * 512}, not ${size}`);
  }
}

function invalid(problem: string): VmError {
  return new VmError('ERR_INVALID_ARGUMENT', `floppy: ${problem}`);
}
