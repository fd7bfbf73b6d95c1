import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Vm } from '@picovm/core';
import { enterRealMode, type X86Vcpu } from '@picovm/core/x86';
import { kvm } from '@picovm/kvm-native';

/** The exit loop in C, over a VM of its own (packages/kvm-native/bench/c-loop.cc). */
export interface CLoop {
  /** @returns nanoseconds for so many exits */
  run(exits: number): number;
}

/** A guest that does nothing but one kind of exit, and where its device is. */
export interface ExitGuest {
  readonly name: string;
  readonly code: Uint8Array;
  readonly dataSegment: number;
}

const REPEATS = 200;

// The same instruction many times and a jump back, so that hardly anything but exits is measured.
function repeated(name: string, instruction: number[], dataSegment = 0): ExitGuest {
  const body = Array.from({ length: REPEATS }, () => instruction).flat();
  const back = -(body.length + 3);
  return { name, code: Uint8Array.from([...body, 0xe9, back & 0xff, (back >> 8) & 0xff]), dataSegment };
}

const PORT: number = 0xe9;
const MMIO: number = 0xb8000;

export const PORT_WRITES: ExitGuest = repeated('port writes', [0xe6, PORT]); // out 0xe9, al
export const MMIO_WRITES: ExitGuest = repeated('MMIO writes', [0xa2, 0, 0], MMIO >> 4); // mov [0], al

/** The C loop for a guest. @throws if it was not built */
export function cLoop({ code, dataSegment }: ExitGuest): CLoop {
  const file = fileURLToPath(new URL('../../packages/kvm-native/build/bench/c-loop.node', import.meta.url));
  const { CLoop } = createRequire(import.meta.url)(file) as { CLoop: new (code: Uint8Array, segment: number) => CLoop };
  return new CLoop(code, dataSegment);
}

/** The same guest on the library: a `Vm` with a device that counts what is written. */
export function libraryVm({ code, dataSegment }: ExitGuest, onWrite: (value: number) => void): Vm<X86Vcpu> {
  const handler = { read: () => 0, write: (_offset: number, _size: number, value: number) => onWrite(value) };
  const vm = new Vm({
    accelerator: kvm(),
    memory: [{ base: 0, size: 4096 }],
    devices: [
      {
        id: 'sink',
        type: 'bench',
        attach: (context) => {
          context.claimPorts({ base: PORT, length: 1 }, handler);
          context.claimMmio({ base: MMIO, length: 4096 }, handler);
        },
      },
    ],
  });
  vm.memory.write(0, code);
  enterRealMode(vm.vcpu, { segment: 0, offset: 0 }, dataSegment);
  return vm;
}
