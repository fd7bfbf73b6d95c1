import type { IrqLine } from '@picovm/core';

/** The interrupt pin of a function: what it drives, unless its command register says that it does not. */
export class InterruptPin implements IrqLine {
  readonly #line: IrqLine | undefined;
  #disabled = false;
  /** Whether the device wants an interrupt. */
  level = false;

  constructor(line: IrqLine | undefined) {
    this.#line = line;
  }

  set disabled(disabled: boolean) {
    this.#disabled = disabled;
    this.#update();
  }

  set(level: boolean): void {
    this.level = level;
    this.#update();
  }

  pulse(): void {
    this.set(true);
    this.set(false);
  }

  #update(): void {
    this.#line?.set(this.level && !this.#disabled);
  }
}
