import type { Counter, DeviceContext, DevicePlace, DeviceState } from '@picovm/core';
import { OutputPort } from '../output/output-port.ts';
import { LSR_BREAK, LSR_FRAMING, LSR_PARITY, MSR_CTS, MSR_DCD, MSR_DSR, MSR_RI } from './bits.ts';
import { CharacterQueue } from './character-queue.ts';
import { UartRegisters } from './uart-registers.ts';
import { restoreUart, saveUart } from './uart-state.ts';
import type { ModemLines, ReceiveError, Uart16550, Uart16550Options } from './uart16550-types.ts';

const ERROR_BITS: Readonly<Record<ReceiveError, number>> = {
  parity: LSR_PARITY,
  framing: LSR_FRAMING,
  break: LSR_BREAK | LSR_FRAMING,
};

type Settings = Required<Pick<Uart16550Options, 'id' | 'queueSize'>> & {
  readonly [K in 'output' | 'onOutputError' | 'onDrain']: Uart16550Options[K];
};

/** What `uart16550` makes. It has one range, of eight ports, and one interrupt line. */
export class Uart16550Device implements Uart16550 {
  readonly type = 'uart16550';
  readonly id: string;
  readonly #place: DevicePlace;
  readonly #onDrain: (() => void) | undefined;
  readonly #incoming: CharacterQueue;
  readonly #output: OutputPort;
  readonly #registers: UartRegisters;
  #bytesIn: Counter = { value: 0 };
  #callerWaits = false;

  constructor({ id, queueSize, output, onOutputError, onDrain }: Settings, place: DevicePlace) {
    this.id = id;
    this.#place = place;
    this.#onDrain = onDrain;
    this.#incoming = new CharacterQueue(queueSize);
    this.#output = new OutputPort(output, onOutputError);
    this.#registers = new UartRegisters(this.#incoming, this.#output, () => this.#drained());
  }

  get receiveRoom(): number {
    return this.#incoming.room;
  }

  attach(context: DeviceContext): void {
    const { ranges, irqs } = this.#place;
    const { metrics, log } = context;
    this.#output.attach(metrics, log);
    const counted = this.#bytesIn.value;
    this.#bytesIn = metrics.counter('bytesIn');
    this.#bytesIn.value += counted;
    this.#registers.receiver.overruns = metrics.counter('overruns');
    context.claimPorts(ranges[0], this.#registers);
    this.#registers.attach(context.irq(irqs[0]), context.clock);
  }

  receive(bytes: Uint8Array): number {
    // Whoever calls knows what was taken when the call returns, not earlier: until then nobody waits.
    this.#callerWaits = false;
    let taken = 0;
    while (taken < bytes.length && this.#incoming.room > 0) {
      const end = Math.min(bytes.length, taken + this.#incoming.room);
      for (; taken < end; taken++) this.#incoming.push(bytes[taken], 0);
      this.#registers.feed();
    }
    this.#callerWaits = taken < bytes.length;
    this.#bytesIn.value += taken;
    return taken;
  }

  receiveError(error: ReceiveError, byte = 0): boolean {
    if (this.#incoming.room === 0) return false;
    this.#incoming.push(error === 'break' ? 0 : byte & 0xff, ERROR_BITS[error]);
    this.#bytesIn.value++;
    this.#registers.feed();
    return true;
  }

  setModemLines({ cts, dsr, ri, dcd }: ModemLines): void {
    const registers = this.#registers;
    const put = (level: boolean | undefined, bit: number): void => {
      if (level !== undefined) registers.modemInputs = (registers.modemInputs & ~bit) | (level ? bit : 0);
    };
    put(cts, MSR_CTS);
    put(dsr, MSR_DSR);
    put(ri, MSR_RI);
    put(dcd, MSR_DCD);
    registers.updateModemLines();
  }

  reset(): void {
    this.#incoming.clear();
    this.#registers.reset();
    this.#drained();
  }

  snapshot(): DeviceState {
    return saveUart(this.#registers, this.#incoming);
  }

  restore(state: DeviceState): void {
    restoreUart(this.id, this.#registers, this.#incoming, state);
    this.#registers.updateIrq();
    if (this.#incoming.length === 0) this.#drained();
  }

  dispose(): void {
    this.#registers.timeout.dispose();
  }

  #drained(): void {
    if (!this.#callerWaits) return;
    this.#callerWaits = false;
    this.#output.guard(this.#onDrain);
  }
}
