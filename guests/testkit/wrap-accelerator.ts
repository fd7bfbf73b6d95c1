import type { Accelerator, AcceleratorVm, AcceleratorVmOptions, ExitSink, GuestMemory } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';
import { type InterpVcpu, interp } from '@picovm/x86-interp';

/** What is put in the place of parts of the interpreter. Each gets the part as it is. */
export interface Changes {
  readonly accelerator?: (accelerator: Accelerator<X86Vcpu>) => Partial<Accelerator<X86Vcpu>>;
  readonly vm?: (vm: AcceleratorVm<X86Vcpu>) => Partial<AcceleratorVm<X86Vcpu>>;
  readonly vcpu?: (vcpu: InterpVcpu, memory: GuestMemory) => Partial<X86Vcpu>;
  /** What the vCPU sees of the sink that it is given. */
  readonly sink?: (sink: ExitSink) => Partial<ExitSink>;
  /** What the accelerator sees of the memory that it is given. */
  readonly memory?: (memory: GuestMemory) => Partial<GuestMemory>;
}

/** The interpreter, with changes. */
export function wrapAccelerator(changes: Changes): Accelerator<X86Vcpu> {
  const inner: Accelerator<X86Vcpu> = interp();
  const createVm = (options: AcceleratorVmOptions): AcceleratorVm<X86Vcpu> => {
    const memory = overlay(options.memory, changes.memory?.(options.memory));
    const vm = inner.createVm({ ...options, memory });
    const createVcpu = (id: number, sink: ExitSink): X86Vcpu => {
      const vcpu = vm.createVcpu(id, overlay(sink, changes.sink?.(sink))) as InterpVcpu;
      return overlay<X86Vcpu>(vcpu, changes.vcpu?.(vcpu, options.memory));
    };
    return overlay(vm, { createVcpu, ...changes.vm?.(vm) });
  };
  return overlay(inner, { createVm, ...changes.accelerator?.(inner) });
}

/** `target` with some of its properties replaced. Its own methods still see `target`. */
export function overlay<T extends object>(target: T, replaced: Partial<T> = {}): T {
  return new Proxy(target, {
    get: (_target, name) => {
      if (Object.hasOwn(replaced, name)) return Reflect.get(replaced, name, replaced);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
    set: (_target, name, value) => Reflect.set(target, name, value, target),
  });
}
