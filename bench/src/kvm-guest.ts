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
  /** Exits of one measurement. */
  readonly exits: number;
  /** What the library is to reach of what C does. */
  readonly goal: number;
}

const REPEATS = 200;

// The same instruction many times and a jump back, so that hardly anything but exits is measured.
function repeated(name: string, instruction: number[], dataSegment = 0): ExitGuest {
  const body = Array.from({ length: REPEATS }, () => instruction).flat();
  const back = -(body.length + 3);
  const code = Uint8Array.from([...body, 0xe9, back & 0xff, (back >> 8) & 0xff]);
  return { name, code, dataSegment, exits: 5000, goal: 0.95 };
}

// 4 KiB from or to a page of memory by one instruction, again and again.
function block(name: string, instruction: number, exits: number): ExitGuest {
  // mov dx,e9; mov si,1000; mov di,si; mov cx,1000; rep insb or outsb; jmp back
  const setup = [0xba, PORT, 0, 0xbe, 0, 0x10, 0x8b, 0xfe, 0xb9, 0, 0x10, 0xf3, instruction];
  return {
    name,
    code: Uint8Array.from([...setup, 0xeb, 256 - (setup.length - 3) - 2]),
    dataSegment: 0,
    exits,
    goal: 0.9,
  };
}

const PORT: number = 0xe9;
const MMIO: number = 0xb8000;

export const PORT_WRITES: ExitGuest = repeated('port writes', [0xe6, PORT]); // out 0xe9, al
export const MMIO_WRITES: ExitGuest = repeated('MMIO writes', [0xa2, 0, 0], MMIO >> 4); // mov [0], al

/** KVM has an exit for each 1024 bytes. */
const BLOCK_READS: ExitGuest = block('4 KiB by REP INSB, 1 KiB an exit', 0x6c, 4000);
/** KVM has an exit for each byte. */
const BLOCK_WRITES: ExitGuest = block('4 KiB by REP OUTSB, a byte an exit', 0x6e, 5000);
export const EXIT_GUESTS: readonly ExitGuest[] = [PORT_WRITES, MMIO_WRITES, BLOCK_READS, BLOCK_WRITES];

/** The C loop for a guest. @throws if it was not built */
export function cLoop({ code, dataSegment }: ExitGuest): CLoop {
  const file = fileURLToPath(new URL('../../packages/kvm-native/build/bench/c-loop.node', import.meta.url));
  const { CLoop } = createRequire(import.meta.url)(file) as { CLoop: new (code: Uint8Array, segment: number) => CLoop };
  return new CLoop(code, dataSegment);
}

/** The same guest on the library: a `Vm` with a device that counts what is written, and need not see it at once. */
export function libraryVm(
  { code, dataSegment }: ExitGuest,
  onWrite: (value: number) => void,
  coalesced = false,
): Vm<X86Vcpu> {
  const kept = new Uint8Array(0x1000);
  const handler = {
    read: () => 0,
    write: (_offset: number, _size: number, value: number) => onWrite(value),
    readBlock: (_offset: number, _size: number, out: Uint8Array) => out.set(kept.subarray(0, out.length)),
    writeBlock: (_offset: number, _size: number, data: Uint8Array) => kept.set(data),
  };
  const vm = new Vm({
    accelerator: kvm(),
    memory: [{ base: 0, size: 0x4000 }],
    devices: [
      {
        id: 'sink',
        type: 'bench',
        attach: (context) => {
          context.claimPorts({ base: PORT, length: 1, coalesced }, handler);
          context.claimMmio({ base: MMIO, length: 4096, coalesced }, handler);
        },
      },
    ],
  });
  vm.memory.write(0, code);
  enterRealMode(vm.vcpu, { segment: 0, offset: 0 }, dataSegment);
  return vm;
}
