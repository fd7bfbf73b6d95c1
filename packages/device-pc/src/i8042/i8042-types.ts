import type { Device, DeviceState, IrqLine } from '@picovm/core';

/** The lights of a keyboard. */
export interface KeyboardLeds {
  readonly scrollLock: boolean;
  readonly numLock: boolean;
  readonly capsLock: boolean;
}

/** What `i8042` takes. */
export interface I8042Options {
  /** Unique in its VM. Default `i8042`. */
  readonly id?: string;
  /** The keyboard's interrupt line, 0 to 23. Default 1. */
  readonly keyboardIrq?: number;
  /** The mouse's interrupt line, 0 to 23. Default 12. */
  readonly mouseIrq?: number;
  /** The gate of address line 20: bit 1 of the output port. At first it is on. Default: it leads nowhere. */
  readonly a20?: IrqLine;
  /**
   * The command byte after a reset, 0 to FFh. Default 43h, which is what firmware leaves: both interrupts, and translation
   * to scan code set 1.
   */
  readonly commandByte?: number;
  /** Milliseconds of guest time between one character of `type` and the next, 0 to 10,000. Default 20. */
  readonly typingGap?: number;
  /**
   * Asked before each character of `type`: on `false` it is asked again 10 ms later. For machines that can tell when the
   * guest's own keyboard buffer is full. Default: the guest only has to take the bytes.
   */
  readonly mayType?: () => boolean;
  /** Called when the guest switches lights of the keyboard. */
  readonly onLeds?: (leds: KeyboardLeds) => void;
}

/**
 * The keyboard, as the host uses it. Everything waits, in order, until the guest takes it: up to 65,536 characters and
 * events, and none is lost on the way.
 */
export interface HostKeyboard {
  /**
   * Types a text on a US keyboard, with the gap between characters that the device was made with. Line ends (`\n`, `\r`,
   * `\r\n`) are the Enter key, `\t`, `\b` (and 7Fh) and `\x1b` the keys Tab, Backspace and Escape, other control
   * characters letters with Control.
   * @throws VmError `ERR_INVALID_ARGUMENT` if a character has no key, or the text is longer than there is room for: then
   *   nothing is typed
   */
  type(text: string): void;
  /**
   * Presses a key, which repeats as long as it is held. A key that is held already stays as it is.
   * @param name as `KeyboardEvent.code` of browsers has it: `Enter`, `KeyA`, `F1`, `ArrowUp`, `ControlLeft`
   * @returns whether there was room for it
   * @throws VmError `ERR_INVALID_ARGUMENT` if there is no such key
   */
  press(name: string): boolean;
  /** Releases a key. @returns whether there was room for it @throws VmError `ERR_INVALID_ARGUMENT` if there is no such key */
  release(name: string): boolean;
  /**
   * Presses keys one after the other, and releases them the other way round: `tap('ControlLeft', 'AltLeft', 'Delete')`.
   * @returns whether there was room for all of it; if not, nothing is pressed
   * @throws VmError `ERR_INVALID_ARGUMENT` if there is no such key
   */
  tap(...names: readonly string[]): boolean;
  /**
   * Sends bytes as a keyboard of one's own would: scan codes of the set that the guest asked for, which is set 2 at first.
   * @returns whether there was room for all of them; if not, none is sent
   * @throws VmError `ERR_INVALID_ARGUMENT` if one is no byte
   */
  send(scanCodes: ArrayLike<number>): boolean;
  /** Throws away what still waits. Keys that are held stay so. */
  discard(): void;
  /** How many characters and events wait for the guest. */
  readonly pending: number;
  /** The lights. */
  readonly leds: KeyboardLeds;
}

/** Buttons of a mouse: down, up, or left as they are. */
export interface MouseButtons {
  readonly left?: boolean;
  readonly right?: boolean;
  readonly middle?: boolean;
  /** The fourth button: only guests that know of five see it. */
  readonly back?: boolean;
  /** The fifth button. */
  readonly forward?: boolean;
}

/** The mouse, as the host uses it. */
export interface HostMouse {
  /**
   * Moves it, as long as the guest wants to know.
   * @param dx counts to the right
   * @param dy counts downwards
   * @param dz notches of the wheel towards the user; only guests that know of a wheel see them. Default 0
   * @throws VmError `ERR_INVALID_ARGUMENT` if one is no finite number
   */
  move(dx: number, dy: number, dz?: number): void;
  /** Presses and releases buttons. */
  buttons(buttons: MouseButtons): void;
}

/** An 8042 keyboard controller with a PS/2 keyboard and a PS/2 mouse. */
export interface I8042 extends Device {
  /** Always `i8042`. */
  readonly type: 'i8042';
  readonly keyboard: HostKeyboard;
  readonly mouse: HostMouse;
  /** As after power-on. What waits for the guest is lost. */
  reset(): void;
  /** The controller, keyboard and mouse, and what waits for the guest. Version 1. */
  snapshot(): DeviceState;
  /** @throws VmError `ERR_DEVICE_STATE` if it is no state of a keyboard controller */
  restore(state: DeviceState): void;
  /** Leaves no alarm behind. */
  dispose(): void;
}
