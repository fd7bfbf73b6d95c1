import { FakeMachine } from '@picovm/testkit';
import { describe, expect, it } from 'vitest';
import { debugConsole } from './index.ts';

function collect(): { bytes: Uint8Array[]; output: (bytes: Uint8Array) => void } {
  const bytes: Uint8Array[] = [];
  return { bytes, output: (chunk) => bytes.push(chunk) };
}

describe('debug console', () => {
  it('puts out what is written to port 0xE9, and reads as 0xE9', () => {
    const { bytes, output } = collect();
    const { ports, metrics } = new FakeMachine(debugConsole({ output }));
    for (const character of 'Hi!') ports.write(0xe9, 1, character.charCodeAt(0));
    // Kept arrays stay what they were.
    expect(Buffer.concat(bytes).toString()).toBe('Hi!');
    expect(ports.read(0xe9, 1)).toBe(0xe9);
    expect(metrics.values()).toEqual({ bytesOut: 3, outputErrors: 0 });
  });

  it('puts out a block as one copy', () => {
    const { bytes, output } = collect();
    const { ports } = new FakeMachine(debugConsole({ output }));
    const data = Uint8Array.of(1, 2, 3);
    ports.writeBlock(0xe9, 1, data);
    const shared = Buffer.from([4, 5]);
    ports.writeBlock(0xe9, 1, shared);
    data.fill(0);
    shared.fill(0);
    expect(bytes.map((chunk) => [...chunk])).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
  });

  it('takes one byte of a wider write, whose others belong to the ports behind it', () => {
    const { bytes, output } = collect();
    const { ports } = new FakeMachine(debugConsole({ output }));
    ports.write(0xe9, 4, 0x44434241);
    expect(bytes.map((chunk) => [...chunk])).toEqual([[0x41]]);
    expect(ports.read(0xe9, 2)).toBe(0xffe9);
  });

  it('can live at another port', () => {
    const { ports } = new FakeMachine(debugConsole({ id: 'post', port: 0x402 }));
    expect(ports.map()).toMatchObject([{ base: 0x402, length: 1, owner: 'post' }]);
  });

  it('keeps a failing output away from the guest: counted, reported once, and told each time', async () => {
    const errors: unknown[] = [];
    let calls = 0;
    const output = (): void => {
      calls++;
      throw new Error('disk full');
    };
    const onOutputError = (error: unknown): void => {
      errors.push(error);
      throw new Error('and this fails too');
    };
    const { ports, metrics, log } = new FakeMachine(debugConsole({ output, onOutputError }));
    ports.write(0xe9, 1, 0x41);
    ports.writeBlock(0xe9, 1, Uint8Array.of(1, 2));
    expect(calls).toBe(2);
    expect(errors).toHaveLength(2);
    expect(log).toEqual([{ level: 'warn', message: expect.stringContaining('disk full') }]);
    expect(metrics.values()).toEqual({ bytesOut: 3, outputErrors: 2 });
  });

  it('also takes an asynchronous output that rejects', async () => {
    const output = async (): Promise<void> => {
      throw new Error('broken pipe');
    };
    const { ports, metrics } = new FakeMachine(debugConsole({ output }));
    ports.write(0xe9, 1, 0x41);
    await new Promise((resolve) => setImmediate(resolve));
    expect(metrics.values()).toEqual({ bytesOut: 1, outputErrors: 1 });
  });

  it('also takes whoever is told of that to fail, at once or later', async () => {
    const rejections: unknown[] = [];
    const heard = (reason: unknown): number => rejections.push(reason);
    process.on('unhandledRejection', heard);
    const output = (): void => {
      throw new Error('disk full');
    };
    const onOutputError = async (): Promise<void> => {
      throw new Error('and so is the log');
    };
    const { ports, metrics } = new FakeMachine(debugConsole({ output, onOutputError }));
    ports.write(0xe9, 1, 0x41);
    await new Promise((resolve) => setTimeout(resolve, 0));
    process.off('unhandledRejection', heard);
    expect(rejections).toEqual([]);
    expect(metrics.values()).toEqual({ bytesOut: 1, outputErrors: 1 });
  });

  it('has a state without content', () => {
    const device = debugConsole();
    new FakeMachine(device);
    expect(device.snapshot()).toEqual({ version: 1 });
    device.restore({ version: 1 });
    for (const state of [{ version: 2 }, null, undefined]) {
      expect(() => device.restore(state as never)).toThrow(expect.objectContaining({ code: 'ERR_DEVICE_STATE' }));
    }
  });

  it.each([
    { id: '' },
    { port: -1 },
    { port: 0x10000 },
    { port: 1.5 },
    { output: 'stdout' as never },
    { onOutputError: 1 as never },
  ])('refuses %o with one clear error', (options) => {
    expect(() => debugConsole(options)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
});
