import { type Device, type IrqLine, Vm } from '@picovm/core';
import { describe, expect, test } from 'vitest';
import { GuestError, scriptedGuest, watchGuest } from '../index.ts';
import { ended, messageOf, PORT, print, printing } from './printing.test-util.ts';

const ALARM_NS = 2e6;

async function failureOf(waiting: Promise<unknown>): Promise<GuestError> {
  return waiting.then(
    () => expect.unreachable('it did not fail'),
    (error) => {
      expect(error).toBeInstanceOf(GuestError);
      return error;
    },
  );
}

describe('waiting', () => {
  test('runs the guest until the text is there, and no further than a slice or so', async () => {
    const { guest, vm } = printing(function* (cpu) {
      yield* print(cpu, 'hello');
      for (;;) yield;
    });
    await guest.waitForText('ell');
    expect(guest.result?.outcome).toBe('stopped');
    const { instructions } = vm.vcpu;
    await guest.waitForText(/^h.*o$/);
    await guest.waitForSerial('hello');
    expect(vm.vcpu.instructions).toBe(instructions);
    vm.dispose();
  });

  test('finds what the guest printed before it halted, and does not run it on behind its HLT', async () => {
    const { guest, vm } = printing(function* (cpu) {
      yield* print(cpu, 'one');
      yield cpu.halt();
      yield* print(cpu, 'two');
    });
    await guest.waitForText('one');
    expect(guest.result?.outcome).toBe('halted');
    const result = await guest.waitForExit('halt');
    expect(result).toBe(guest.result);
    expect((await failureOf(guest.waitForSerial('two'))).summary).toBe(
      'the serial output must have "two", but the guest halted at step 4',
    );
    await guest.run();
    guest.expectSerial('two');
    vm.dispose();
  });

  test('goes on after the vCPU was reset', async () => {
    const { guest, vm } = printing(function* (cpu) {
      yield* print(cpu, 'x');
    });
    await guest.waitForExit();
    vm.reset();
    await guest.waitForText('xx');
    vm.dispose();
  });

  test('leaves a guest that waits in HLT waiting', async () => {
    let intr: IrqLine | undefined;
    const controller: Device = {
      id: 'pic',
      type: 'test',
      attach: (context) => {
        intr = context.claimInterrupts({
          setLine: () => {},
          acknowledge: () => {
            intr?.set(false);
            return 0x20;
          },
        });
        context.clock.alarm(ALARM_NS, () => intr?.set(true));
      },
    };
    const { guest, vm } = printing(
      function* (cpu) {
        yield* print(cpu, 'waiting');
        cpu.interruptsEnabled = true;
        yield cpu.halt();
        yield* print(cpu, cpu.interrupts.length === 0 ? ' not' : ' done');
      },
      {},
      [controller],
    );
    await guest.waitForText('waiting');
    expect(guest.result?.outcome).toBe('stopped');
    await guest.waitForExit('halted');
    guest.expectScreen(['waiting done']);
    vm.dispose();
  });

  test('sees a screen that changes without an exit', async () => {
    const { guest, vm } = printing(
      function* (cpu) {
        cpu.store(0x100, 0x41, 1);
        for (;;) yield;
      },
      { screen: () => String.fromCharCode(vm.memory.readU8(0x100)) },
    );
    await guest.waitForText('A');
    expect(guest.result?.outcome).toBe('stopped');
    vm.dispose();
  });

  test('does not look at the screen at every exit', async () => {
    const { guest, vm, looks } = printing(function* (cpu) {
      for (let n = 0; n < 100_000; n++) {
        cpu.out(PORT, 0x2e);
        yield;
      }
      yield* print(cpu, '!');
    });
    await guest.waitForText('!');
    expect(vm.counters().totalExits).toBeGreaterThan(100_000);
    expect(looks()).toBeLessThan(1000);
    vm.dispose();
  });

  test('seldom looks at a screen that takes long to look at', async () => {
    let looks = 0;
    const screen = (): string => {
      looks++;
      for (const start = performance.now(); performance.now() < start + 2; );
      return '';
    };
    const { guest, vm } = printing(
      function* (cpu) {
        for (;;) {
          cpu.out(PORT, 0);
          yield;
        }
      },
      { screen },
    );
    await failureOf(guest.waitForText('x', { timeoutMs: 100 }));
    // Each look in a time slice, of 1 ms, would make over thirty.
    expect(looks).toBeLessThan(15);
    vm.dispose();
  });

  test('ends at its limits, and says so', async () => {
    const { guest, vm } = printing(function* (cpu) {
      for (;;) {
        cpu.in(PORT);
        yield;
      }
    });
    const late = await failureOf(guest.waitForText('never', { timeoutMs: 30 }));
    expect(late.summary).toMatch(/^the screen must show "never", but the time limit was reached; .* \(timeout\)$/);
    expect(late.message).toMatch(/last exits, the newest last:\n {2}io read 0x00e9 1 0x00 {2}\(\d+ times\)/);
    const exits = await failureOf(guest.waitForSerial(/never/, { maxExits: 10 }));
    expect(exits.summary).toMatch(/^the serial output must have \/never\/, but the limit of exits .* \(max-exits\)$/);
    expect((await failureOf(guest.waitForExit(undefined, { maxExits: 10 }))).summary).toContain('the guest must end');
    expect((await failureOf(guest.waitForExit('halted', { maxExits: 10 }))).summary).toMatch(
      /^the run must end: halted/,
    );
    vm.dispose();
  });
});

describe('what a failure shows', () => {
  test('is the screen, the serial line, the registers, the last exits and the outcome', async () => {
    const { guest, vm } = printing(function* (cpu) {
      yield* print(cpu, 'first\n\x1b second  \n');
      cpu.registers = { rax: 0x1234n, rflags: 0x43n, cs: 7n };
      cpu.outs(PORT, Uint8Array.of(1, 2, 3));
      cpu.store(0x10000, 0x41, 2);
      yield cpu.halt();
    });
    const { message } = await failureOf(guest.waitForText('third'));
    expect(message.split('\n')).toEqual([
      'the screen must show "third", but the guest halted at step 18',
      '',
      'halted: the guest halted at step 18',
      '',
      'screen:',
      '+------------+',
      '|first       |',
      '|\\x1b second |',
      '|\\x01\\x02\\x03|',
      '+------------+',
      '',
      'serial:',
      '  first',
      '  \\x1b second  ',
      '  \\x01\\x02\\x03',
      '',
      'registers, at step 18:',
      '  eax=00001234 ebx=00000000 ecx=00000000 edx=00000000',
      '  esi=00000000 edi=00000000 esp=00000000 ebp=00000000',
      '  cs=0007 ds=0000 es=0000 ss=0000 fs=0000 gs=0000 eflags=00000043 [CF ZF]',
      '',
      'last exits, the newest last:',
      '  io write 0x00e9 1 0x20',
      "  io write 0x00e9 1 0x73 's'",
      "  io write 0x00e9 1 0x65 'e'",
      "  io write 0x00e9 1 0x63 'c'",
      "  io write 0x00e9 1 0x6f 'o'",
      "  io write 0x00e9 1 0x6e 'n'",
      "  io write 0x00e9 1 0x64 'd'",
      '  io write 0x00e9 1 0x20  (2 times)',
      '  io write 0x00e9 1 0x0a',
      '  io write 0x00e9 1x3 01 02 03',
      "  mmio write 0x00010000 2 0x0041 'A'",
      '  halt interruptsEnabled=false',
      '',
    ]);
    expect(guest.report()).toContain('halted: the guest halted at step 18');
    vm.dispose();
  });

  test('is only the end of a long serial output', async () => {
    const { guest, vm } = printing(function* (cpu) {
      for (let line = 0; line < 100; line++) yield* print(cpu, `line ${line}\r\n`);
    });
    const { message } = await failureOf(guest.waitForSerial('line 100'));
    expect(message).toContain('end of the serial output:\n  line 88\n');
    expect(message).toContain('  line 99\n\nregisters');
    vm.dispose();
  });

  test('leaves out what nobody watches, and says what there was not', () => {
    const vm: Vm = new Vm({ accelerator: scriptedGuest(function* () {}), memory: [{ base: 0, size: 4096 }] });
    expect(watchGuest(vm).report()).toMatch(
      /^the guest was not run yet\n\nregisters, at step 0:\n(.*\n){3}\nno exits$/,
    );
    const blank = watchGuest(vm, { screen: () => '\n \n', serial: () => '' }).report();
    expect(blank).toContain('screen: blank\n\nserial: nothing\n');
    vm.dispose();
    expect(blank).not.toContain('disposed');
  });
});

describe('expectations', () => {
  test('of the screen and of the serial output', async () => {
    const { guest, vm } = await ended();
    guest.expectScreen('title');
    guest.expectScreen(/title\n +a row/);
    guest.expectScreen(/title/g);
    guest.expectScreen(/title/g);
    guest.expectScreen(['a title', '  a row']);
    guest.expectScreen(['a title  ', '  a row', '']);
    guest.expectSerial('\n  a');
    expect(messageOf(() => guest.expectScreen('name'))).toBe('the screen must show "name", but does not');
    expect(messageOf(() => guest.expectScreen(['a title']))).toBe('row 1 of the screen must be "", but is "  a row"');
    expect(messageOf(() => guest.expectScreen(['a title', 'a row']))).toContain('must be "a row", but is "  a row"');
    expect(messageOf(() => guest.expectScreen(['a title', '  a row', 'x']))).toContain('must be "x", but is ""');
    expect(messageOf(() => guest.expectSerial(/name/))).toBe('the serial output must have /name/, but has not');
    vm.dispose();
  });

  test('of how the run ended', async () => {
    const { guest, vm } = await ended();
    guest.expectExit('halted');
    guest.expectExit('halt');
    guest.expectExit({ outcome: 'halted', exit: 'halt' });
    expect(messageOf(() => guest.expectExit('shutdown'))).toBe(
      'the run must end: shutdown, but the guest halted at step 16',
    );
    expect(messageOf(() => guest.expectExit({ outcome: 'failed', exit: 'shutdown' }))).toContain(
      "failed by the exit 'shutdown'",
    );
    expect(() => guest.expectExit({ outcome: 'crashed' as 'halted' })).toThrow(
      '"crashed" is no outcome of a run: they',
    );
    expect(() => guest.expectExit({ exit: 'triple-fault' as 'shutdown' })).toThrow('"triple-fault" is no exit: they');
    expect(() => guest.expectExit({ outcom: 'halted' } as never)).toThrow('expectExit knows no outcom');
    expect(() => guest.expectExit({})).toThrow('expectExit needs an outcome, an exit, or both');
    expect(() => guest.expectExit('crashed' as 'halted')).toThrow('"crashed" is neither an outcome');
    const fresh = printing(function* () {});
    expect(messageOf(() => fresh.guest.expectExit('halted'))).toContain('but it was not run yet');
    fresh.vm.dispose();
    vm.dispose();
  });

  test('of a triple fault, by its own name', async () => {
    const { guest, vm } = printing(function* () {
      yield { reason: 'shutdown' };
    });
    await guest.waitForExit('triple-fault');
    guest.expectExit('failed');
    guest.expectExit({ exit: 'shutdown' });
    expect(messageOf(() => guest.expectExit('shutdown'))).toBe(
      "the run must end: shutdown, but the guest failed at step 1: triple fault ('shutdown' is the outcome of a " +
        "power-off; expect a triple fault as 'triple-fault')",
    );
    vm.dispose();
  });

  test('of registers and of their parts', async () => {
    const registers = { rax: 0x1122334455667788n, rsi: 0xfedcn, r9: 0x12345678n, rflags: 0x241n, cs: 0x8n, cr0: 0x11n };
    const { guest, vm } = await ended(registers);
    guest.expectRegisters({ al: 0x88, ah: 0x77, ax: 0x7788, eax: 0x55667788, rax: 0x1122334455667788n });
    guest.expectRegisters({ sil: 0xdc, si: 0xfedc, r9: 0x12345678, r9d: 0x12345678, r9w: 0x5678, r9b: 0x78 });
    guest.expectRegisters({ cf: 1, zf: 1, if: 1, df: 0, flags: 0x241, eflags: 0x241, cs: 8, cr0: 0x11 });
    expect(messageOf(() => guest.expectRegisters({ ax: 0x7789, al: 0x88, zf: 0 }))).toBe(
      'ax must be 0x7789, but is 0x7788; zf must be 0x0, but is 0x1',
    );
    for (const name of ['xax', 'rbx', 'toString', 'r16', 'fx']) {
      expect(() => guest.expectRegisters({ [name]: 0 })).toThrow(`there is no register ${name}`);
    }
    vm.dispose();
  });

  test('of memory', async () => {
    const { guest, vm } = await ended();
    vm.memory.write(0x200, Uint8Array.of(0x4f, 0x4b, 1));
    guest.expectMemory(0x200, 'OK');
    guest.expectMemory(0x200, [0x4f, 0x4b, 1]);
    guest.expectMemory(0x200, Uint8Array.of(0x4f));
    expect(messageOf(() => guest.expectMemory(0x200, [0x4f, 0, 1]))).toBe(
      'memory at 0x00000200 must be <4f 00 01>, but is <4f 4b 01>: the first difference is at 0x00000201',
    );
    expect(messageOf(() => guest.expectMemory(0x200, 'NO'))).toContain('must be "NO", but is "OK"');
    expect(() => guest.expectMemory(0xfff, [0, 0])).toThrow(expect.objectContaining({ code: 'ERR_GUEST_ADDRESS' }));
    vm.dispose();
  });
});

test('a guest that is no longer watched takes no notes', async () => {
  const { vm, guest } = printing(function* (cpu) {
    yield* print(cpu, 'x');
  });
  guest[Symbol.dispose]();
  await guest.run();
  expect(guest.report()).toContain('no exits');
  vm.dispose();
  guest[Symbol.dispose]();
});
