import { interp } from '@picovm/x86-interp';
import { expect, test } from 'vitest';
import { loadImage, type Pico, pico } from './index.ts';
import { runSettings } from './options/run-settings.ts';
import { Outlet } from './output/outlet.ts';
import { runGuest } from './run-guest.ts';

/** A stream that takes what it is given, and passes nothing on until it is told to. */
class SlowStream {
  writableLength = 0;
  readonly destroyed = false;
  #onDrain: (() => void)[] = [];

  write(bytes: Uint8Array): void {
    this.writableLength += bytes.length;
    setTimeout(() => this.drain(), 20);
  }

  once(event: string, listener: () => void): void {
    if (event === 'drain') this.#onDrain.push(listener);
  }

  drain(): void {
    this.writableLength = 0;
    for (const listener of this.#onDrain.splice(0)) listener();
  }
}

const BLOCK = new Uint8Array(2 << 20);

/** Runs a guest whose one `out 0x80,al` fills the output. @param meanwhile is done in the same exit */
async function fillAnd(meanwhile: (machine: Pico) => 'stop' | void): Promise<string> {
  const stream = new SlowStream();
  const stdout = new Outlet(() => stream as unknown as NodeJS.WriteStream);
  const stderr = new Outlet(() => new SlowStream() as unknown as NodeJS.WriteStream);
  const machine = pico({ accelerator: interp(), memory: 4096 });
  const { vm } = machine;
  // out 0x80,al / inc ax / jmp $-1
  loadImage(vm, Uint8Array.of(0xe6, 0x80, 0x40, 0xeb, 0xfd));
  vm.on('io', () => {
    stdout.write(BLOCK);
    return meanwhile(machine);
  });
  const settings = { ...runSettings({}), timeout: 500 };
  try {
    return (await runGuest({}, machine, settings, { stdout, stderr }, new AbortController().signal)).result.outcome;
  } finally {
    vm.dispose();
  }
}

test('a handler that ends the run in the exit that fills the output', async () => {
  expect(await fillAnd(() => 'stop')).toBe('stopped');
});

test('a stop() in the exit that fills the output', async () => {
  expect(await fillAnd(({ vm }) => vm.stop())).toBe('stopped');
});

test('a guest that goes on after its output was full', async () => {
  expect(await fillAnd(() => {})).toBe('timeout');
});
