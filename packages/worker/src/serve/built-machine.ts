import { decodeSnapshot, encodeSnapshot, type Vm, VmError } from '@picovm/core';
import { errorToData } from '../protocol/error-data.ts';
import type { Calls, MachineInfo, PlainRunOptions, PlainRunResult } from '../protocol/messages.ts';
import type { Link } from './link.ts';
import { PacedRun } from './paced-run.ts';

type Answers = {
  readonly [M in Exclude<keyof Calls, 'build' | 'run'>]: (
    ...args: Parameters<Calls[M]>
  ) => ReturnType<Calls[M]> | Promise<ReturnType<Calls[M]>>;
};

/** A machine that is built, and what the host can ask of it. */
export class BuiltMachine {
  readonly info: MachineInfo;
  readonly #vm: Vm;
  readonly #link: Link;
  #run: { readonly id: number; readonly paced: PacedRun; readonly ended: Promise<unknown> } | undefined;

  /** What the host can ask, but for `run`. */
  readonly answers: Answers = {
    stop: () => this.#run?.paced.stop(),
    reset: () => this.#stopped('reset').reset(),
    counters: () => this.#vm.counters(),
    map: () => this.#vm.map(),
    dump: () => this.#vm.vcpu.dump(),
    readMemory: (address, length) => this.#vm.memory.read(address, length),
    writeMemory: (address, bytes) => this.#vm.memory.write(address, bytes),
    send: (name, bytes) => this.#link.inputs.get(name)?.send(bytes),
    screen: (name) => this.#link.screens.now(name),
    snapshot: (options) => encodeSnapshot(this.#stopped('snapshot').snapshot(options)),
    restore: (bytes) => this.#stopped('restore').restore(decodeSnapshot(bytes)),
    dispose: () => this.#dispose(),
  };

  constructor(vm: Vm, link: Link) {
    this.#vm = vm;
    this.#link = link;
    this.info = {
      acceleratorName: vm.acceleratorName,
      outputs: link.outputNames,
      inputs: [...link.inputs.keys()],
      screens: link.screenNames,
    };
  }

  /** Whether a run is under way, even if its guest waits for the host. */
  get running(): boolean {
    return this.#run !== undefined;
  }

  /** Runs the guest. @param id by which it can be aborted @param aborted it was already */
  async run(id: number, options: PlainRunOptions, aborted: boolean): Promise<PlainRunResult> {
    const paced = new PacedRun(this.#stopped('run'), this.#link);
    const running = paced.run(options, aborted);
    this.#run = { id, paced, ended: running.catch(() => {}) };
    try {
      const result = await running;
      return { ...result, error: result.error && errorToData(result.error) };
    } finally {
      this.#run = undefined;
    }
  }

  /** Ends a run with the outcome `aborted`, if it is still under way. */
  abort(id: number): void {
    if (this.#run?.id === id) this.#run.paced.abort();
  }

  /** Gives everything back at once; a run that is under way ends for nobody. */
  kill(): void {
    this.#run?.paced.stop();
    this.#vm.dispose();
  }

  async #dispose(): Promise<void> {
    this.#run?.paced.stop();
    await this.#run?.ended;
    this.kill();
  }

  // While a run waits for the host, the VM itself stands still.
  #stopped(call: string): Vm {
    if (this.#run === undefined) return this.#vm;
    throw new VmError('ERR_VM_RUNNING', `${call}() needs a machine that does not run: wait for its run to end`);
  }
}
