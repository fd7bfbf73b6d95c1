// The machine in which the tests of snapshots run the hello kernel: also in processes of their own, where vitest is not.

import { readFileSync } from 'node:fs';
import { Vm } from '@picovm/core';
import { enterRealMode } from '@picovm/core/x86';
import { debugConsole, uart16550 } from '@picovm/device-console';
import { renderText, vgaText } from '@picovm/device-vga';
import { kvm } from '@picovm/kvm-native';
import { interp } from '@picovm/x86-interp';

/** The accelerators by name. */
export const ACCELERATORS = { interp: interp(), kvm: kvm() };

/**
 * @typedef {object} Ending What is to be seen when the kernel is done.
 * @property {string} outcome
 * @property {readonly string[]} screen
 * @property {Record<string, bigint>} registers all of them
 * @property {unknown} counters but for those that tell how the host cut the run into slices
 */

/** One machine: 4 KiB of memory, a screen, a serial line, a debug console. */
export class HelloMachine {
  /** @param {keyof typeof ACCELERATORS} accelerator */
  constructor(accelerator) {
    this.vga = vgaText();
    this.vm = new Vm({
      accelerator: ACCELERATORS[accelerator],
      memory: [{ base: 0, size: 0x1000 }],
      devices: [this.vga, uart16550(), debugConsole()],
    });
  }

  /** Puts the kernel into memory, and the CPU to its start. */
  load() {
    this.vm.memory.write(0, readFileSync(new URL('../hello.bin', import.meta.url)));
    enterRealMode(this.vm.vcpu, { segment: 0, offset: 0 });
  }

  /** Runs the kernel until its end. @returns {Promise<Ending>} */
  async finish() {
    const { outcome } = await this.vm.run({ timeoutMs: 20_000 });
    const { 'slice-end': _, kicked: __, ...exits } = this.vm.counters().exits;
    return {
      outcome,
      screen: renderText(this.vga.screen()),
      registers: this.vm.vcpu.dump().registers,
      counters: { ...this.vm.counters(), exits },
    };
  }

  [Symbol.dispose]() {
    this.vm.dispose();
  }
}
