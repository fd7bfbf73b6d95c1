import { VmError } from '../errors.ts';
import type { Exit, ExitOf, ExitReason } from './exit.ts';
import { EXIT_REASONS } from './exit-reasons.ts';

/** What a handler says of an exit: the guest goes on, or the run ends with it. */
export type Disposition = 'resume' | 'stop';

/**
 * Claims an exit, or leaves it to the handler registered before it by returning nothing. It is synchronous. At a question
 * (`io`, `mmio`, `cpuid`, `rdmsr`, `wrmsr`) the guest is in the middle of an instruction: what the vCPU's registers hold
 * then differs from accelerator to accelerator.
 */
export type ExitHandler<R extends ExitReason = ExitReason> = (exit: ExitOf<R>) => Disposition | void;

// What the table holds: handlers of all reasons, each only ever called with its own kind of exit. An object for each
// registration, because the same function may be registered twice.
interface Registration {
  readonly call: (exit: never) => Disposition | void;
}

const NONE: readonly Registration[] = [];

/** The handlers that users registered, by exit reason, the latest first. */
export class HandlerTable {
  // The lists are replaced and never changed, because handlers may come and go while they are called.
  readonly #lists = new Map<ExitReason, readonly Registration[]>();
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** @throws VmError `ERR_INVALID_ARGUMENT` if there is no such reason */
  add<R extends ExitReason>(reason: R, handler: ExitHandler<R>): Disposable {
    if (!Object.hasOwn(EXIT_REASONS, reason)) {
      throw new VmError('ERR_INVALID_ARGUMENT', `there is no exit reason ${reason}: see EXIT_REASONS for their names`);
    }
    const registration: Registration = { call: handler };
    this.#set(reason, [registration, ...this.#of(reason)]);
    return {
      [Symbol.dispose]: () => {
        const others = this.#of(reason).filter((other) => other !== registration);
        this.#set(reason, others);
      },
    };
  }

  has(reason: ExitReason): boolean {
    return this.#of(reason).length > 0;
  }

  /** The names of the functions, in the order in which they are asked. */
  names(reason: ExitReason): string[] {
    return this.#of(reason).map(({ call }) => call.name || 'anonymous');
  }

  /** Asks one after the other until one claims the exit. Throws what they throw, and if one is asynchronous. */
  ask(exit: Exit): Disposition | undefined {
    for (const { call } of this.#of(exit.reason)) {
      const disposition: unknown = call(exit as never);
      if (disposition === 'resume' || disposition === 'stop') return disposition;
      if (disposition instanceof Promise) {
        // Its outcome comes too late to matter; unheeded, a rejection would end the whole process.
        disposition.catch(() => {});
        throw new TypeError('a handler cannot be asynchronous: the guest is stopped in the middle of an instruction');
      }
    }
    return undefined;
  }

  #of(reason: ExitReason): readonly Registration[] {
    return this.#lists.get(reason) ?? NONE;
  }

  #set(reason: ExitReason, list: readonly Registration[]): void {
    this.#lists.set(reason, list);
    this.#onChange();
  }
}
