import type { StateReader } from '@picovm/core';
import type { BlockBackend } from '../../block/block-backend.ts';
import { CD_SECTOR } from '../bits.ts';
import { BlockPort } from '../media/block-port.ts';
import { MEDIUM_MAY_HAVE_CHANGED, NO_SENSE, NOT_READY_TRAY_CLOSED, NOT_READY_TRAY_OPEN, type Sense } from './sense.ts';

/** Events of the media class (MMC-3, 5.9.1.5). */
const NO_EVENT = 0;
const EJECT_REQUEST = 1;
const NEW_MEDIUM = 2;
const MEDIUM_REMOVAL = 3;

/** Told when the tray opens or closes, whoever did it. */
export type TrayListener = (open: boolean) => void;

/** The tray of a CD-ROM drive, and what lies in it. */
export class Tray {
  port: BlockPort | undefined;
  open = false;
  /** The guest prevents that the medium is removed. */
  locked = false;
  /** The guest has not been told yet that there is another medium. */
  changed = false;
  #event = NO_EVENT;
  readonly #onTray: TrayListener;

  constructor(blocks: BlockBackend | undefined, onTray: TrayListener) {
    this.port = blocks === undefined ? undefined : new BlockPort(blocks);
    this.#onTray = onTray;
  }

  /** Whether a medium lies in the closed tray. */
  get ready(): boolean {
    return this.port !== undefined && !this.open;
  }

  /** Sectors of 2048 bytes, the last of which may not be there as a whole; 0 without a medium. */
  get sectors(): number {
    return this.port === undefined ? 0 : Math.ceil(this.port.backend.size / CD_SECTOR);
  }

  /** Why it is not ready. */
  get notReady(): Sense {
    return this.open ? NOT_READY_TRAY_OPEN : NOT_READY_TRAY_CLOSED;
  }

  /** Opens or closes it. @param open whether */
  move(open: boolean): void {
    if (open === this.open) return;
    this.open = open;
    if (this.port !== undefined) {
      this.changed = !open;
      this.#event = open ? MEDIUM_REMOVAL : NEW_MEDIUM;
    }
    this.#onTray(open);
  }

  /** Takes the medium out: the tray is open then. */
  eject(): void {
    this.move(true);
    this.port = undefined;
    this.changed = false;
  }

  /** Puts another medium in, and closes the tray. */
  insert(blocks: BlockBackend): void {
    if (!this.open) this.move(true);
    this.port = new BlockPort(blocks);
    this.move(false);
  }

  /** Somebody presses the button, and the guest has locked the tray. */
  requestEject(): void {
    this.#event = EJECT_REQUEST;
  }

  /** Whether the guest is to be told first that the medium may have changed; then it has been. */
  takeAttention(): Sense {
    if (!this.changed || !this.ready) return NO_SENSE;
    this.changed = false;
    return MEDIUM_MAY_HAVE_CHANGED;
  }

  /** What GET EVENT STATUS NOTIFICATION tells, once. */
  takeEvent(): number {
    const event = this.#event;
    this.#event = NO_EVENT;
    return event;
  }

  /** The machine was reset: the tray is drawn in, if it was out, and nothing waits to be told. */
  reset(): void {
    this.move(false);
    this.locked = false;
    this.changed = false;
    this.#event = NO_EVENT;
  }

  save(): Record<string, unknown> {
    const { open, locked, changed, sectors } = this;
    return { open, locked, changed, event: this.#event, mediumSectors: sectors };
  }

  /** @returns what sets it. @throws VmError `ERR_DEVICE_STATE`, if another medium lies in it too */
  read(reader: StateReader): () => void {
    reader.exactly('mediumSectors', this.sectors);
    const open = reader.boolean('open');
    const locked = reader.boolean('locked');
    const changed = reader.boolean('changed');
    const event = reader.integer('event', MEDIUM_REMOVAL);
    return () => {
      Object.assign(this, { open, locked, changed });
      this.#event = event;
    };
  }
}
