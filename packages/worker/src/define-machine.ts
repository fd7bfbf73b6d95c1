import { type Vm, VmError } from '@picovm/core';

/** Something that shows a screen, as `vgaText()` does. */
export interface ScreenSource {
  /** Another number whenever what it shows may have changed. */
  readonly generation: number;
  /** What it shows now: data that can be cloned. */
  screen(): unknown;
}

/** The ways between a machine and its host program. They are declared while the machine is built, each by a name. */
export interface MachineLink {
  /**
   * Declares bytes that the guest sends to the host: what it returns is the `output` of a console device. The bytes are
   * gathered, and cross at the end of each time slice.
   * @throws VmError `ERR_INVALID_ARGUMENT` if the name is taken by another output or a screen
   */
  output(name: string): (bytes: Uint8Array) => void;
  /**
   * Declares bytes that the host sends to the guest.
   * @param receive takes them, and returns how many it took, as `uart16550().receive` does: the rest is offered again
   *   later. Returning nothing means all of them.
   * @throws VmError `ERR_INVALID_ARGUMENT` if the name is taken by another input
   */
  input(name: string, receive: (bytes: Uint8Array) => number | undefined | void): void;
  /**
   * Declares a screen. The host gets it when it changed, at most once in 16 ms, and in any case before `run` resolves.
   * @throws VmError `ERR_INVALID_ARGUMENT` if the name is taken by another screen or an output
   */
  screen(name: string, source: ScreenSource): void;
}

/**
 * Builds a machine: its memory, its devices, what is loaded into it.
 * @param link the ways between the machine and its host program
 * @param options what the host program gave to `inThread` or `inWorker`, as a copy
 */
export type BuildMachine<O> = (link: MachineLink, options: O) => Vm | Promise<Vm>;

/** A machine that can be made, here or in a worker. @typeParam O the options of its build function */
export interface MachineDefinition<O = unknown> {
  /** Builds one. */
  readonly build: BuildMachine<O>;
}

/** The options that the build function of a machine takes: `OptionsOf<typeof machine>`. */
export type OptionsOf<M> = M extends MachineDefinition<infer O> ? O : never;

/**
 * Describes a machine, to be made by `inThread` or `inWorker`. It is the default export of a module of its own.
 *
 * ```ts
 * export default defineMachine((link, { image }: { image: Uint8Array }) => {
 *   const vga = vgaText();
 *   const vm = new Vm({ accelerator: interp(), memory: [{ base: 0, size: 0xa0000 }], devices: [vga] });
 *   link.screen('vga', vga);
 *   vm.memory.write(0, image);
 *   enterRealMode(vm.vcpu, { segment: 0, offset: 0 });
 *   return vm;
 * });
 * ```
 * @throws VmError `ERR_INVALID_ARGUMENT` if `build` is no function
 */
export function defineMachine<O = unknown>(build: BuildMachine<O>): MachineDefinition<O> {
  if (typeof build !== 'function') {
    throw new VmError(
      'ERR_INVALID_ARGUMENT',
      'defineMachine takes a function that builds a machine and returns its Vm',
    );
  }
  return { build };
}

/** Refuses what is no machine. @param what names it for the error. @throws VmError `ERR_INVALID_ARGUMENT` */
export function checkDefinition(machine: unknown, what: string): MachineDefinition<unknown> {
  if (typeof (machine as Partial<MachineDefinition> | undefined)?.build === 'function')
    return machine as MachineDefinition;
  throw new VmError('ERR_INVALID_ARGUMENT', `${what} is no machine: make it with defineMachine`);
}
