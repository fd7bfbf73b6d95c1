import { type Device, Vm } from '@picovm/core';
import { expect } from 'vitest';
import { type Guest, GuestError, type GuestProgram, scriptedGuest, type WatchOptions, watchGuest } from '../index.ts';

/** Where the guest prints. */
export const PORT = 0xe9;

/** A machine whose guest prints to port E9, and what is watched of it. */
export interface Printing {
  readonly vm: Vm;
  readonly guest: Guest;
  /** How often the screen was asked for. */
  looks(): number;
}

/** A machine with such a guest. */
export function printing(program: GuestProgram, options: WatchOptions = {}, devices: readonly Device[] = []): Printing {
  let text = '';
  let looks = 0;
  const printer: Device = {
    id: 'printer',
    type: 'test',
    attach: (context) =>
      context.claimPorts(
        { base: PORT, length: 1, width: { max: 1 } },
        {
          read: () => 0,
          write: (_offset, _size, byte) => {
            text += String.fromCharCode(byte);
          },
        },
      ),
  };
  const vm: Vm = new Vm({
    accelerator: scriptedGuest(program),
    memory: [{ base: 0, size: 4096 }],
    devices: [printer, ...devices],
  });
  const screen = (): string[] => {
    looks++;
    return text.split('\n');
  };
  return { vm, guest: watchGuest(vm, { screen, serial: () => text, ...options }), looks: () => looks };
}

/** A guest that prints, and goes on for ever. */
export function* print(cpu: Parameters<GuestProgram>[0], text: string): Generator<undefined, void> {
  for (const char of text) {
    cpu.out(PORT, char.charCodeAt(0));
    yield;
  }
}

/** How something failed: the first line. */
export function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof GuestError) return error.summary;
    throw error;
  }
  return expect.unreachable('it did not fail');
}

/** One that has ended, after two rows. */
export async function ended(registers: Record<string, bigint> = {}): Promise<Printing> {
  const machine = printing(function* (cpu) {
    yield* print(cpu, 'a title\n  a row');
    cpu.registers = registers;
  });
  await machine.guest.run();
  return machine;
}
