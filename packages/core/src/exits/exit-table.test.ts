import { channel } from 'node:diagnostics_channel';
import { describe, expect, it } from 'vitest';
import { EXIT_CHANNEL, EXIT_REASONS, type ExitReason, kvmExitName, RecentAccesses } from '../index.ts';
import { dispatcher } from './dispatcher.test-util.ts';

describe('observers', () => {
  it('may come and go while they are called, and be registered twice', () => {
    const { exits } = dispatcher();
    let calls = 0;
    const count = (): void => {
      if (++calls < 100) exits.observe(count);
    };
    const first = exits.observe(count);
    const second = exits.observe(count);
    exits.portWrite(0xe9, 1, 0);
    expect(calls).toBe(2);
    first[Symbol.dispose]();
    second[Symbol.dispose]();
    exits.portWrite(0xe9, 1, 0);
    expect(calls).toBe(4);
  });

  it('that throw are a fault', () => {
    const { exits, faults, seen } = dispatcher();
    exits.observe(() => {
      throw 'a string';
    });
    exits.portWrite(0xe9, 1, 0);
    expect(faults).toMatchObject([{ code: 'ERR_DEVICE', message: 'an observer of exits threw: a string' }]);
    expect(seen.length).toBe(1);
  });

  it('hear everything on the diagnostics channel, while they listen', () => {
    const { exits } = dispatcher();
    const heard: unknown[] = [];
    const listen = (message: unknown): void => void heard.push(message);
    channel(EXIT_CHANNEL).subscribe(listen);
    exits.portRead(0xe9, 1);
    exits.mmioWrite64(0xb8000, 1n);
    channel(EXIT_CHANNEL).unsubscribe(listen);
    exits.portRead(0xe9, 1);
    expect(heard).toMatchObject([
      { reason: 'io', direction: 'read', data: 0x41 },
      { reason: 'mmio', size: 8, data: 1n },
    ]);
  });
});

describe('the limit of exits', () => {
  it('is told once, when it is reached', () => {
    const { exits, stops } = dispatcher();
    exits.portWrite(0xe9, 1, 0);
    exits.limitExits(3);
    exits.portWrite(0xe9, 1, 0);
    exits.dispatch({ reason: 'slice-end' });
    exits.portWriteBlock(0xe9, 1, new Uint8Array(100));
    expect(stops).toEqual([]);
    exits.rdmsr(1);
    exits.rdmsr(1);
    expect(stops).toEqual(['max-exits']);
    exits.limitExits(1);
    exits.rdmsr(1);
    expect(stops).toEqual(['max-exits', 'max-exits']);
  });
});

describe('the table', () => {
  it('has a row for every reason, with the handlers in the order in which they are asked', () => {
    const { exits } = dispatcher({ 'slice-end': () => 'resume' });
    exits.on('io', function traceIo() {});
    exits.on('io', () => {});
    const table = exits.table();
    expect(table.map(({ reason }) => reason)).toEqual(Object.keys(EXIT_REASONS));
    const row = (reason: ExitReason) => table.find((other) => other.reason === reason)?.handlers;
    expect(row('io')).toEqual(['anonymous', 'traceIo', 'the port bus']);
    expect(row('mmio')).toEqual(['the MMIO bus']);
    expect(row('slice-end')).toEqual(['the run goes on']);
    expect(row('shutdown')).toEqual(['the run ends']);
    expect(table.every(({ description }) => description.length > 0)).toBe(true);
  });

  it('names the exits that KVM has, by its numbers', () => {
    for (const { kvm, kvmName } of Object.values(EXIT_REASONS)) {
      if (kvm !== undefined) expect(kvmExitName(kvm)).toBe(kvmName);
    }
    expect(kvmExitName(21)).toBe('KVM_EXIT_WATCHDOG');
    expect(kvmExitName(1000)).toBeUndefined();
  });
});

describe('RecentAccesses', () => {
  it('keeps the last ones of a small ring', () => {
    const recent = new RecentAccesses(2);
    expect(recent.list()).toEqual([]);
    for (const port of [1, 2, 3]) recent.add(false, true, port, 1, 1, port);
    expect(recent.list().map(({ address }) => address)).toEqual([2, 3]);
  });
});
