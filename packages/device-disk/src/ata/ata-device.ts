import {
  type Alarm,
  type Clock,
  type DeviceContext,
  type DevicePlace,
  type DeviceState,
  type Logger,
  StateReader,
} from '@picovm/core';
import type { BlockBackend } from '../block/block-backend.ts';
import type { Ata, AtaDrive, AtaDrives, AtaPosition, OnTray, TrayState } from './ata-types.ts';
import { HOB, NIEN, SECTOR, SRST } from './bits.ts';
import { BusMaster } from './bus-master/bus-master.ts';
import { type IdeSlot, plugIde } from './bus-master/ide-function.ts';
import type { IdeFunction, IdePciBus } from './bus-master/pci-types.ts';
import { CdromDrive } from './cdrom/cdrom-drive.ts';
import { Channel } from './channel.ts';
import { checkBackend, checkDrives, POSITIONS, wrong } from './check-drives.ts';
import { attachCounters, makeCounters } from './counters.ts';
import { DiskDrive } from './disk/disk-drive.ts';
import { defaultGeometry } from './disk/geometry.ts';

const VERSION = 1;

interface Settings {
  readonly id: string;
  readonly drives: AtaDrives | undefined;
  readonly pci: IdePciBus | undefined;
  readonly pciDevice: number;
  readonly pciFunction: number;
  readonly onTray: OnTray | undefined;
}

/** What `ata` makes. Its ranges are command and control block of both channels, and it has an interrupt line for each. */
export class AtaDevice implements Ata {
  readonly type = 'ata';
  readonly id: string;
  readonly #place: DevicePlace;
  readonly #slot: IdeSlot | undefined;
  readonly #onTray: OnTray | undefined;
  readonly #counters = makeCounters();
  readonly #drives: readonly (DiskDrive | CdromDrive | undefined)[];
  readonly #channels: readonly [Channel, Channel];
  readonly #masters: readonly [BusMaster, BusMaster];
  #function: IdeFunction | undefined;
  #clock: Clock | undefined;
  #log: Logger | undefined;
  #resume: Alarm | undefined;

  constructor({ id, drives = {}, pci, pciDevice, pciFunction, onTray }: Settings, place: DevicePlace) {
    checkDrives(id, drives);
    if (pci !== undefined && typeof pci.plug !== 'function') throw wrong(`${id}: pci must be a PCI bus, with plug`);
    this.id = id;
    this.#place = place;
    this.#onTray = onTray;
    this.#slot = pci === undefined ? undefined : { bus: pci, device: pciDevice, function: pciFunction };
    this.#drives = POSITIONS.map((position, i) => {
      const drive = drives[position];
      return drive === undefined ? undefined : this.#make(position, i, drive);
    });
    const [a, b, c, d] = this.#drives;
    this.#channels = [new Channel([a, b]), new Channel([c, d])];
    this.#masters = [new BusMaster(this.#channels[0]), new BusMaster(this.#channels[1])];
    for (const channel of this.#channels) {
      channel.onResumeLater = () => this.#resumeLater();
      channel.reset();
    }
  }

  attach(context: DeviceContext): void {
    const { ranges, irqs } = this.#place;
    attachCounters(this.#counters, context.metrics);
    this.#clock = context.clock;
    this.#log = context.log;
    this.#channels.forEach((channel, i) => {
      context.claimPorts(ranges[2 * i], channel);
      context.claimPorts(ranges[2 * i + 1], {
        read: () => channel.readAlternateStatus(),
        write: (_offset, _size, value) => channel.writeControl(value),
      });
      channel.attach(context.irq(irqs[i]));
    });
    if (this.#slot === undefined) return;
    this.#function = plugIde(this.#slot, this.id, this.#masters, context);
  }

  eject(position: AtaPosition, { force = false }: { readonly force?: boolean } = {}): boolean {
    return this.#cdrom(position).eject(force);
  }

  insert(position: AtaPosition, blocks: BlockBackend): void {
    const drive = this.#cdrom(position);
    checkBackend(`${this.id}: the medium for ${position}`, blocks);
    drive.insert(blocks);
  }

  tray(position: AtaPosition): TrayState {
    const { open, locked, port } = this.#cdrom(position).tray;
    return { open, locked, loaded: port !== undefined };
  }

  medium(position: AtaPosition): BlockBackend | undefined {
    const { open, port } = this.#cdrom(position).tray;
    return open ? undefined : port?.backend;
  }

  reset(): void {
    this.#cancelResume();
    this.#function?.reset();
    for (const master of this.#masters) master.reset();
    for (const channel of this.#channels) channel.reset();
  }

  snapshot(): DeviceState {
    return {
      version: VERSION,
      channels: this.#channels.map(({ control, selected, drives }, i) => ({
        version: VERSION,
        control,
        selected,
        drives: drives.map((drive) => drive?.saveState() ?? { version: VERSION, kind: 'none' }),
        busMaster: this.#masters[i].save(),
      })),
      pci: this.#function?.snapshot() ?? false,
    };
  }

  restore(state: DeviceState): void {
    const reader = new StateReader(this.id, state, VERSION);
    const apply = listOf(reader, state.channels).flatMap((channel, i) => this.#readChannel(channel as DeviceState, i));
    if (this.#function !== undefined) this.#function.restore(state.pci);
    else if (state.pci !== false) throw reader.error('has a place on a PCI bus');
    this.#cancelResume();
    for (const set of apply) set();
    for (const channel of this.#channels) channel.restoreIrq();
    // What a backend was asked for is asked again, but not before everything else is restored as well.
    if (this.#drives.some((drive) => drive?.waits === true)) this.#resumeLater();
  }

  dispose(): void {
    this.#cancelResume();
    for (const drive of this.#drives) drive?.abandon();
  }

  #readChannel(state: DeviceState, i: number): (() => void)[] {
    const reader = new StateReader(this.id, state, VERSION);
    const channel = this.#channels[i];
    const control = reader.register('control', HOB | SRST | NIEN);
    const selected = reader.integer('selected', 1);
    const drives = listOf(reader, state.drives).map((drive, n) => {
      const driveReader = new StateReader(this.id, drive as DeviceState, VERSION);
      const here = channel.drives[n];
      if (here !== undefined) return here.readState(driveReader, (control & SRST) !== 0);
      driveReader.exactly('kind', 'none');
      return () => {};
    });
    const master = this.#masters[i].readState(new StateReader(this.id, state.busMaster as DeviceState, VERSION));
    const apply = (): void => {
      channel.control = control;
      channel.selected = selected;
    };
    return [apply, ...drives, master];
  }

  #make(position: AtaPosition, i: number, drive: AtaDrive): DiskDrive | CdromDrive {
    const serial = drive.serial ?? `PV0000${i + 1}`;
    const made =
      drive.kind === 'disk'
        ? new DiskDrive(
            {
              blocks: drive.blocks,
              geometry: drive.geometry ?? defaultGeometry(drive.blocks.size / SECTOR),
              model: drive.model ?? 'PICOVM HARDDISK',
              serial,
            },
            this.#counters,
          )
        : new CdromDrive(
            {
              blocks: drive.blocks,
              model: drive.model ?? 'PICOVM CD-ROM',
              serial,
              onTray: (open) => this.#tellTray(position, open),
            },
            this.#counters,
          );
    made.modes.hasDma = this.#slot !== undefined;
    return made;
  }

  #cdrom(position: AtaPosition): CdromDrive {
    const drive = this.#drives[POSITIONS.indexOf(position)];
    if (drive instanceof CdromDrive) return drive;
    throw wrong(`${this.id} has no CD-ROM drive at ${String(position)}`);
  }

  #tellTray(position: AtaPosition, open: boolean): void {
    const failed = (error: unknown): void => this.#log?.warn(`onTray failed: ${String(error)}`);
    try {
      const promise: unknown = this.#onTray?.(position, open);
      if (promise instanceof Promise) promise.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  // The alarm is due at once, but not within what the guest, or a restore, is in the middle of.
  #resumeLater(): void {
    const clock = this.#clock;
    if (clock === undefined || this.#resume !== undefined) return;
    this.#resume = clock.alarm(clock.now(), () => {
      this.#resume = undefined;
      for (const drive of this.#drives) drive?.resume();
    });
  }

  #cancelResume(): void {
    if (this.#resume !== undefined) this.#clock?.cancel(this.#resume);
    this.#resume = undefined;
  }
}

// Both channels, or both drives.
function listOf(reader: StateReader, list: unknown): unknown[] {
  if (Array.isArray(list) && list.length === 2) return list;
  throw reader.error('has no list of two where there is one');
}
