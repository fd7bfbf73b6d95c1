import { VmError } from '@picovm/core';
import type { MachineDefinition } from '../define-machine.ts';
import { errorToData } from '../protocol/error-data.ts';
import { type Calls, type MachineInfo, opened, type Report, type Request, sealed } from '../protocol/messages.ts';
import type { Port } from '../protocol/port.ts';
import { BuiltMachine } from './built-machine.ts';
import { Link } from './link.ts';

/** The machine's side of a port: builds the machine when it is asked to, and then does what the host asks. */
export class MachineServer {
  readonly #machine: MachineDefinition;
  readonly #port: Port;
  readonly #link: Link;
  #built: BuiltMachine | undefined;
  #killed = false;

  constructor(machine: MachineDefinition, port: Port) {
    this.#machine = machine;
    this.#port = port;
    this.#link = new Link(port);
    port.listen((message) => this.#take(opened<Request>(message)));
    this.#report({ type: 'hello' });
  }

  /** Gives everything back at once, without a word to the host. */
  kill(): void {
    this.#killed = true;
    this.#built?.kill();
  }

  #take(request: Request | undefined): void {
    if (request?.type === 'hello') this.#report({ type: 'hello' });
    else if (request?.type === 'call') void this.#call(request.id, request.method, request.args);
    else if (request?.type === 'abort') this.#built?.abort(request.id);
    else if (request?.type === 'output-taken') this.#link.outgoing.taken(request.bytes);
    else if (request?.type === 'screen-taken') this.#link.screens.taken(request.name);
  }

  async #call(id: number, method: keyof Calls, args: readonly unknown[]): Promise<void> {
    try {
      const value = await this.#answer(id, method, args);
      // What was said before goes before. A screen that a running guest draws is never done: it has its frames.
      this.#link.outgoing.flush();
      if (this.#built?.running === false) this.#link.screens.update(true);
      this.#report({ type: 'answer', id, value });
    } catch (error) {
      this.#report({ type: 'refusal', id, error: errorToData(error) });
    }
  }

  #answer(id: number, method: keyof Calls, args: readonly unknown[]): unknown {
    if (method === 'build') return this.#build(args[0]);
    if (this.#built === undefined)
      throw new VmError('ERR_INVALID_ARGUMENT', `${method}() before the machine was built`);
    if (method === 'run') return this.#built.run(id, ...(args as Parameters<Calls['run']>));
    return (this.#built.answers[method] as (...args: readonly unknown[]) => unknown)(...args);
  }

  async #build(options: unknown): Promise<MachineInfo> {
    const vm = await this.#machine.build(this.#link, options);
    if (typeof vm?.run !== 'function' || vm.memory === undefined) {
      throw new VmError('ERR_INVALID_ARGUMENT', 'the function given to defineMachine must return the Vm that it built');
    }
    this.#link.closed = true;
    this.#built = new BuiltMachine(vm, this.#link);
    if (this.#killed) this.#built.kill();
    return this.#built.info;
  }

  #report(report: Report): void {
    this.#port.post(sealed(report));
  }
}
