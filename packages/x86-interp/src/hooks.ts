import { didYouMean, type ExitSink, showValue, VmError } from '@picovm/core';
import type { Cpu } from './cpu/cpu.ts';
import { VECTOR } from './cpu/fault.ts';
import { MODE } from './cpu/mode.ts';
import { CS, SEG, SLOT } from './cpu/state-layout.ts';
import type { CpuEvents } from './cpu-events.ts';
import { hasErrorCode } from './exec/interrupt.ts';
import { guarded } from './guarded.ts';
import { ObservedSink } from './observed-sink.ts';

type EventName = keyof CpuEvents;
type Hook = (event: never) => unknown;
// An object for each registration, because the same function may be registered twice.
type Registration = { readonly call: Hook };

const EVENTS: readonly EventName[] = ['exception', 'interrupt', 'control-write', 'io', 'mmio'];

/**
 * Who is told of what the CPU does. The CPU holds a function for each kind of event only while there is somebody to tell.
 */
export class Hooks {
  readonly #cpu: Cpu;
  readonly #sink: ExitSink;
  // The lists are replaced and never changed, because hooks may come and go while they are called.
  readonly #lists = new Map<EventName, readonly Registration[]>();

  constructor(cpu: Cpu) {
    this.#cpu = cpu;
    this.#sink = cpu.sink;
  }

  /** @throws VmError `ERR_INVALID_ARGUMENT` if there is no such event, or the hook is no function */
  on<E extends EventName>(event: E, hook: (event: CpuEvents[E]) => void): Disposable {
    if (!EVENTS.includes(event) || typeof hook !== 'function') {
      const meant = typeof event === 'string' ? didYouMean(event, EVENTS) : '';
      const message = EVENTS.includes(event)
        ? `on(): the hook of '${event}' must be a function, not ${showValue(hook)}`
        : `on(): there is no event ${showValue(event)}: they are ${EVENTS.join(', ')}${meant}`;
      throw new VmError('ERR_INVALID_ARGUMENT', message, { event });
    }
    const registration: Registration = { call: hook };
    this.#set(event, [...this.#of(event), registration]);
    return {
      [Symbol.dispose]: () =>
        this.#set(
          event,
          this.#of(event).filter((other) => other !== registration),
        ),
    };
  }

  #of(event: EventName): readonly Registration[] {
    return this.#lists.get(event) ?? [];
  }

  #set(event: EventName, list: readonly Registration[]): void {
    this.#lists.set(event, list);
    const heard = list.length > 0;
    if (event === 'exception') this.#cpu.onException = heard ? this.#exception : undefined;
    else if (event === 'interrupt') this.#cpu.onInterrupt = heard ? this.#interrupt : undefined;
    else if (event === 'control-write') this.#cpu.onControlWrite = heard ? this.#controlWrite : undefined;
    else this.#observeSink();
  }

  #tell<E extends EventName>(event: E, what: CpuEvents[E]): void {
    for (const { call } of this.#of(event)) guarded(this.#cpu, `a hook of '${event}'`, () => call(what as never));
  }

  #observeSink(): void {
    const io = this.#of('io').length > 0;
    const mmio = this.#of('mmio').length > 0;
    this.#cpu.sink =
      io || mmio
        ? new ObservedSink(this.#sink, {
            io: io ? (exit) => this.#tell('io', exit) : undefined,
            mmio: mmio ? (exit) => this.#tell('mmio', exit) : undefined,
          })
        : this.#sink;
  }

  readonly #exception: NonNullable<Cpu['onException']> = (vector, ip, code, during) => {
    const { state, mode } = this.#cpu;
    this.#tell('exception', {
      vector,
      errorCode: hasErrorCode(vector) && mode !== MODE.REAL ? Math.max(code, 0) : undefined,
      cr2: vector === VECTOR.PF ? unsigned(state[SLOT.CR2]) : undefined,
      cs: state[CS + SEG.SELECTOR],
      ip: unsigned(ip),
      during: during < 0 ? undefined : during,
    });
  };

  readonly #interrupt: NonNullable<Cpu['onInterrupt']> = (vector, ip, source) => {
    this.#tell('interrupt', { vector, source, cs: this.#cpu.state[CS + SEG.SELECTOR], ip: unsigned(ip) });
  };

  readonly #controlWrite: NonNullable<Cpu['onControlWrite']> = (register, before, after) => {
    this.#tell('control-write', { register, before: unsigned(before), after: unsigned(after) });
  };
}

function unsigned(value: number): bigint {
  return BigInt(value >>> 0);
}
