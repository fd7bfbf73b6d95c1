/** Ctrl-A, which begins what is meant for the command itself. */
const PREFIX = 0x01;

/** What the keys behind Ctrl-A do. */
export interface PrefixActions {
  readonly quit: () => void;
  readonly controlAltDelete: () => void;
  readonly help: () => void;
}

/** What `help` says. */
export const PREFIX_HELP = 'Ctrl-A, then x: quit, a: send Ctrl-A, c: Ctrl-Alt-Delete, h: this help';

/** Takes what is meant for the command out of what is typed at a terminal. */
export class PrefixKeys {
  readonly #actions: PrefixActions;
  #begun = false;

  constructor(actions: PrefixActions) {
    this.#actions = actions;
  }

  /** @returns the bytes for the guest */
  feed(bytes: Uint8Array): Uint8Array {
    if (!this.#begun && !bytes.includes(PREFIX)) return bytes;
    const rest: number[] = [];
    for (const byte of bytes) {
      if (!this.#begun) {
        if (byte === PREFIX) this.#begun = true;
        else rest.push(byte);
        continue;
      }
      this.#begun = false;
      if (this.#command(byte)) rest.push(PREFIX);
    }
    return Uint8Array.from(rest);
  }

  /** @returns whether the guest gets a Ctrl-A */
  #command(byte: number): boolean {
    if (byte === PREFIX) return true;
    switch (String.fromCharCode(byte).toLowerCase()) {
      case 'a':
        return true;
      case 'x':
        this.#actions.quit();
        return false;
      case 'c':
        this.#actions.controlAltDelete();
        return false;
      default:
        this.#actions.help();
        return false;
    }
  }
}
