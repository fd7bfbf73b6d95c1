import { Vm } from '@picovm/core';
import { describe, expect, test } from 'vitest';
import { scriptedGuest, watchGuest } from '../index.ts';
import { ended } from './printing.test-util.ts';

describe('expectations', () => {
  test('that would hold whatever the guest did are refused, and so are those that never can', async () => {
    const { guest, vm } = await ended({ rax: 0n, rflags: 2n });
    const invalid = (message: string) =>
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining(message) });
    for (const nothing of [undefined, '', ['a title'], 42, null]) {
      const text = nothing as string;
      await expect(guest.waitForText(text)).rejects.toThrow(invalid('waitForText needs a text that is not empty'));
      await expect(guest.waitForSerial(text)).rejects.toThrow(invalid('waitForSerial needs a text that is not empty'));
      expect(() => guest.expectSerial(text)).toThrow(invalid('expectSerial needs a text that is not empty'));
    }
    expect(() => guest.expectScreen('')).toThrow(invalid('expectScreen needs a text that is not empty'));
    expect(() => guest.expectScreen(['a', 7 as never])).toThrow(invalid('expectScreen: row 1 must be a text, not 7'));
    for (const none of [{}, undefined, null] as never[]) {
      expect(() => guest.expectRegisters(none)).toThrow(invalid('expectRegisters needs registers and their values'));
    }
    expect(() => guest.expectRegisters({ ax: -1 })).toThrow(
      invalid('expectRegisters: ax has 16 bits, unsigned: expected an integer from 0 to 0xffff, not -1'),
    );
    for (const value of [0x100, 0x100n, 0.5, undefined, '0', false]) {
      expect(() => guest.expectRegisters({ al: value as number })).toThrow(invalid('al has 8 bits, unsigned'));
    }
    expect(() => guest.expectRegisters({ zf: 2 })).toThrow(invalid('from 0 to 0x1, not 2'));
    expect(() => guest.expectRegisters({ rax: 2 ** 60 })).toThrow(invalid('write it as a bigint'));
    for (const none of ['', [], new Uint8Array()]) {
      expect(() => guest.expectMemory(0, none)).toThrow(invalid('expectMemory needs at least one byte'));
    }
    for (const wrong of [300, -1, 0.5]) {
      expect(() => guest.expectMemory(0, [0, wrong])).toThrow(invalid('expectMemory needs bytes, from 0 to 255, not'));
    }
    expect(() => guest.expectMemory(0, undefined as never)).toThrow(invalid('needs bytes or a text, not undefined'));
    vm.dispose();
  });
});

test('what is not given cannot be used, and says what to give', async () => {
  const vm: Vm = new Vm({ accelerator: scriptedGuest(function* () {}), memory: [{ base: 0, size: 4096 }] });
  const guest = watchGuest(vm);
  expect(() => guest.expectScreen('x')).toThrow('expectScreen needs to see the screen: give watchGuest a `screen`');
  await expect(guest.waitForSerial('x')).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  expect(() => guest.send('x')).toThrow('no `send`');
  expect(() => watchGuest(vm, { send: () => {} }).send(undefined as never)).toThrow('send needs a text, not undefined');
  for (const [given, message] of [
    [undefined, 'watchGuest needs a Vm, not undefined'],
    [{ vm }, 'of a machine that is made of parts give its vm, such as pico(…).vm'],
  ] as const) {
    expect(() => watchGuest(given as never)).toThrow(message);
  }
  expect(() => watchGuest(vm, { scren: () => '' } as never)).toThrow(
    'watchGuest has no option scren: there are screen, serial, send, timeoutMs, maxExits',
  );
  expect(() => watchGuest(vm, { timeoutMs: '1' as never })).toThrow('timeoutMs must be a number above 0, not "1"');
  const typo = { timeout: 5 } as never;
  const watched = watchGuest(vm, { screen: () => 'x', serial: () => 'x' });
  for (const [method, waiting] of [
    ['waitForText', watched.waitForText('x', typo)],
    ['waitForSerial', watched.waitForSerial('x', typo)],
    ['waitForExit', watched.waitForExit('halted', typo)],
    ['run', watched.run(typo)],
  ] as const) {
    await expect(waiting).rejects.toThrow(`${method} has no option timeout: there are timeoutMs, maxExits,`);
  }
  expect(watched.result).toBeUndefined();
  expect(() => watchGuest(vm, { screen: 'text' as unknown as () => string })).toThrow('screen must be a function');
  const sent: string[] = [];
  watchGuest(vm, { send: (text) => sent.push(text) }).send('y');
  expect(sent).toEqual(['y']);
  vm.dispose();
});
