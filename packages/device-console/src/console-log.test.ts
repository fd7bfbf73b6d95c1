import { FakeMachine } from '@picovm/testkit';
import { describe, expect, it } from 'vitest';
import { ConsoleLog, debugConsole } from './index.ts';

const encoder = new TextEncoder();

describe('ConsoleLog', () => {
  it('gathers what a console puts out, as text', () => {
    const log = new ConsoleLog();
    const { ports } = new FakeMachine(debugConsole({ output: log.output }));
    for (const byte of encoder.encode('grüezi\n')) ports.write(0xe9, 1, byte);
    expect(log.text).toBe('grüezi\n');
    expect(log.dropped).toBe(0);
  });

  it('keeps the last bytes up to its limit, and counts the others', () => {
    for (const maxBytes of [1, 10, 700, 5000]) {
      const log = new ConsoleLog({ maxBytes });
      const all = Uint8Array.from({ length: 12_345 }, (_, i) => 32 + (i % 90));
      for (let at = 0; at < all.length; at += 7) log.output(all.subarray(at, at + 7));
      expect(log.bytes()).toEqual(all.slice(-maxBytes));
      expect(log.dropped).toBe(all.length - maxBytes);
    }
  });

  it('waits for a text, whether it came already or comes in pieces', async () => {
    const log = new ConsoleLog();
    log.output(encoder.encode('boot: '));
    await log.waitFor('boot');
    let found = false;
    const login = log.waitFor('login:').then(() => {
      found = true;
    });
    log.output(encoder.encode('log'));
    await Promise.resolve();
    expect(found).toBe(false);
    log.output(encoder.encode('in: root'));
    await login;
    expect(found).toBe(true);
  });

  it('gives up waiting when it is told to', async () => {
    const log = new ConsoleLog();
    const controller = new AbortController();
    const waiting = log.waitFor('never', { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(log.waitFor('x', { signal: controller.signal })).rejects.toThrow('enough');
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 29])('refuses %s as a limit', (maxBytes) => {
    expect(() => new ConsoleLog({ maxBytes })).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
});
