import { VmError } from '@picovm/core';
import { isAnswer, isReport } from '../protocol/check-report.ts';
import { errorFromData } from '../protocol/error-data.ts';
import { type Calls, opened, type Report, type Request, sealed } from '../protocol/messages.ts';
import type { HostPort, LostReason } from '../protocol/port.ts';
import { Listeners } from './listeners.ts';
import { PendingCalls } from './pending-calls.ts';

/** The host's end of the way to a machine: calls and their answers, what the machine sends, and its end. */
export class Connection {
  readonly listeners: Listeners = new Listeners();
  /** Resolves when the other side is there, or is known to be gone. */
  readonly greeted: Promise<void>;
  readonly #port: HostPort;
  readonly #pending: PendingCalls;
  #greet: () => void = () => {};
  #served = false;
  /** With what every call rejects from now on. */
  #ended: Error | undefined;

  constructor(port: HostPort) {
    this.#port = port;
    this.#pending = new PendingCalls(port);
    this.greeted = new Promise((resolve) => {
      this.#greet = resolve;
    });
    port.onLost((reason) => this.end(lost(reason, this.#served ? '' : `, before it served a machine: ${port.hint}`)));
    port.listen((message) => this.#take(opened<Partial<Report>>(message)));
    // Whichever of the two sides is there first hears the other's greeting.
    this.post({ type: 'hello' });
  }

  /** Ends it because the machine was not built in time. */
  endLate(ms: number): Promise<void> {
    const why = this.#served
      ? `the machine was not built within ${ms} ms: its build function hangs, or needs a longer startTimeoutMs`
      : `the worker said nothing for ${ms} ms: ${this.#port.hint}`;
    return this.end(new VmError('ERR_WORKER', why));
  }

  /** Whether the machine's side has not ended, as far as is known. */
  get open(): boolean {
    return this.#ended === undefined;
  }

  /** Asks the machine. @throws VmError (as a rejection) what the machine says, or why there is no machine any more */
  call<M extends keyof Calls>(method: M, ...args: Parameters<Calls[M]>): Promise<ReturnType<Calls[M]>> {
    return this.callById(method, args, () => {});
  }

  /** The same. @param called gets the id of the call, after it was sent */
  async callById<M extends keyof Calls>(
    method: M,
    args: Parameters<Calls[M]>,
    called: (id: number) => void,
  ): Promise<ReturnType<Calls[M]>> {
    if (this.#ended !== undefined) throw this.#ended;
    const answer = this.#pending.add((id) => {
      this.#postCall({ type: 'call', id, method, args });
      called(id);
    });
    const value = await answer;
    if (!isAnswer(method, value)) throw this.#nonsense(`an answer to ${method}() that is none`);
    return value as ReturnType<Calls[M]>;
  }

  /** Sends what has no answer. */
  post(request: Request): void {
    if (this.#ended === undefined) this.#port.post(sealed(request));
  }

  /** Rejects what is pending and what will be asked, and ends the machine's side. Only the first reason counts. */
  end(reason: Error): Promise<void> {
    this.#ended ??= reason;
    this.#pending.rejectAll(this.#ended);
    this.#greet();
    return this.#port.terminate();
  }

  #postCall(request: Request & { readonly type: 'call' }): void {
    try {
      this.#port.post(sealed(request));
    } catch (cause) {
      const what = request.method === 'build' ? 'the options of a machine' : `what ${request.method}() takes`;
      const message = `${what} must be data that can be copied to its worker: ${String(cause)}`;
      throw new VmError('ERR_INVALID_ARGUMENT', message, { cause });
    }
  }

  #take(report: Partial<Report> | undefined): void {
    if (report === undefined || !this.open) return;
    if (!isReport(report)) {
      this.#nonsense('a message that is none of a machine');
    } else if (report.type === 'hello') {
      this.#served = true;
      this.#greet();
    } else if (report.type === 'broken') {
      void this.end(errorFromData(report.error));
    } else if (report.type === 'answer') {
      this.#pending.resolve(report.id, report.value);
    } else if (report.type === 'refusal') {
      this.#pending.reject(report.id, errorFromData(report.error));
    } else if (report.type === 'output') {
      // Measured now: a listener may give the array away.
      const { length } = report.bytes;
      this.listeners.call(report.name, report.bytes, () => this.post({ type: 'output-taken', bytes: length }));
    } else if (report.type === 'screen') {
      this.listeners.call(report.name, report.screen, () => this.post({ type: 'screen-taken', name: report.name }));
    }
  }

  // A worker that does not keep to the rules is not to be trusted with more.
  #nonsense(what: string): VmError {
    const reason = new VmError('ERR_WORKER', `the worker of the machine sent ${what}: it was ended`);
    void this.end(reason);
    return reason;
  }
}

function lost({ what, cause }: LostReason, hint: string): VmError {
  return new VmError('ERR_WORKER', `the worker of the machine ${what}${hint}`, { cause });
}
