import type { Vm } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';
import type { Uart16550 } from '@picovm/device-console';
import type { Screen } from '@picovm/device-vga';

/** Whatever has a screen. */
export interface ScreenSource {
  /** Another number whenever the screen may have changed. */
  readonly generation: number;
  screen(): Screen;
}

/** What every machine of the command has: the VM, and those of its devices that a host talks to. */
export interface Machine {
  readonly vm: Vm<X86Vcpu>;
  readonly vga: ScreenSource;
  readonly com1: Uart16550;
}

/** Takes what a guest writes to its serial port and to its debug console. */
export interface MachineOutput {
  readonly onSerial?: (bytes: Uint8Array) => void;
  readonly onDebug?: (bytes: Uint8Array) => void;
}
