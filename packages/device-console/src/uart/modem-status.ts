import {
  MCR_DTR,
  MCR_OUT1,
  MCR_OUT2,
  MCR_RTS,
  MSR_CTS,
  MSR_DCD,
  MSR_DELTAS,
  MSR_DSR,
  MSR_LINES,
  MSR_RI,
  MSR_TERI,
} from './bits.ts';

/** The modem status register: four lines, and which of them changed since it was last read. */
export class ModemStatus {
  /** All eight bits. */
  value: number;

  constructor(lines: number) {
    this.value = lines;
  }

  /** @param lines bits 4 to 7 */
  setLines(lines: number): void {
    const changed = (this.value ^ lines) & MSR_LINES;
    let deltas = changed >> 4;
    // The ring indicator only counts when it ends.
    if ((lines & MSR_RI) !== 0) deltas &= ~MSR_TERI;
    this.value = lines | (this.value & MSR_DELTAS) | deltas;
  }

  /** The guest has read the register. */
  clearDeltas(): void {
    this.value &= MSR_LINES;
  }
}

/** The modem status lines in loopback mode, where the chip's own outputs lead to them. */
export function loopedLines(modemControl: number): number {
  return (
    ((modemControl & MCR_RTS) !== 0 ? MSR_CTS : 0) |
    ((modemControl & MCR_DTR) !== 0 ? MSR_DSR : 0) |
    ((modemControl & MCR_OUT1) !== 0 ? MSR_RI : 0) |
    ((modemControl & MCR_OUT2) !== 0 ? MSR_DCD : 0)
  );
}
