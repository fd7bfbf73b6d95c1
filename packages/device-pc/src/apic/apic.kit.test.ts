import { type Device, type DeviceContext, type DeviceState, StateReader } from '@picovm/core';
import { type FakeMachine, testDevice } from '@picovm/testkit';
import { test } from 'vitest';
import { ioApic, type LocalApic, localApic, pic8259 } from '../index.ts';
import { IOAPIC_BASE, LAPIC_BASE } from './apic.test-util.ts';

const REGISTERS = [0x20, 0x80, 0xb0, 0xd0, 0xe0, 0xf0, 0x280, 0x300, 0x310, 0x380, 0x390, 0x3e0];

/** What a driver does: the APIC enabled, its table and its commands, and interrupts on their way. */
function drive(apic: LocalApic, machine: FakeMachine, random: () => number): void {
  const write = (offset: number, value: number): void => machine.writeMmio(LAPIC_BASE + offset, value);
  if (random() % 4 > 0) apic.setBase(random() % 8 > 0 ? 0xfee00900n : BigInt(random()) * 0x1000n + 0x800n);
  write(0xf0, 0x100 | (random() & 0xff));
  for (let n = 0; n < 6; n++) write(0x320 + 16 * n, random() & 0x2ffff);
  for (let n = 0; n < 8; n++) write(REGISTERS[random() % REGISTERS.length], random());
  write(0x300, 0x40000 | (random() & 0xff));
  write(0x380, random() % 1_000_000);
  apic.lint1.pulse();
  if (machine.intr.level) apic.acknowledge();
}

testDevice({ test, factory: localApic, exercise: drive });

/** The three as one device: interrupts go from one to the other. */
class Apics implements Device {
  readonly id = 'apics';
  readonly type = 'apics';
  readonly apic = localApic();
  readonly #parts: readonly Device[] = [pic8259({ apic: this.apic }), ioApic({ apic: this.apic }), this.apic];

  attach(context: DeviceContext): void {
    for (const part of this.#parts) part.attach(context);
  }

  reset(): void {
    for (const part of this.#parts) part.reset?.();
  }

  snapshot(): DeviceState {
    return { version: 1, ...Object.fromEntries(this.#parts.map((part) => [part.id, part.snapshot?.()])) };
  }

  restore(state: DeviceState): void {
    new StateReader(this.id, state, 1);
    const before = this.#parts.map((part) => part.snapshot?.() as DeviceState);
    try {
      for (const part of this.#parts) part.restore?.(state[part.id] as DeviceState);
    } catch (error) {
      this.#parts.forEach((part, n) => {
        part.restore?.(before[n]);
      });
      throw error;
    }
  }

  dispose(): void {
    for (const part of this.#parts) part.dispose?.();
  }
}

testDevice({
  test,
  name: 'local-apic with io-apic and pic8259',
  factory: () => new Apics(),
  exercise: ({ apic }, machine, random) => {
    drive(apic, machine, random);
    machine.writePort(0x20, 0x11);
    for (const word of [8, 4, 1, random() & 0xff]) machine.writePort(0x21, word);
    for (let n = 0; n < 8; n++) {
      machine.writeMmio(IOAPIC_BASE, 0x10 + (random() % 48));
      machine.writeMmio(IOAPIC_BASE + 0x10, random() % 2 === 0 ? random() & 0x8fff : random());
    }
  },
});

const lone = { connectIoApic: () => ({ send: () => false }) };
testDevice({ test, factory: ioApic, options: { apic: lone }, backend: () => ({ apic: lone }) });
