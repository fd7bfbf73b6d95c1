import { FakeMachine } from '@picovm/testkit';

/** The machine that a VGA under test is attached to, with its indexed registers. */
export class VgaMachine extends FakeMachine {
  /** Writes a register behind an index port and the data port that follows it. */
  writeIndexed(port: number, index: number, value: number): void {
    this.writePort(port, index);
    this.writePort(port + 1, value);
  }

  readIndexed(port: number, index: number): number {
    this.writePort(port, index);
    return this.readPort(port + 1);
  }
}

/** Writes characters with one attribute into text memory, from a cell on. */
export function print(machine: FakeMachine, cell: number, text: string, attribute: number): void {
  [...text].forEach((character, i) => {
    machine.writeMmio(0xb8000 + 2 * (cell + i), character.charCodeAt(0) | (attribute << 8), 2);
  });
}
