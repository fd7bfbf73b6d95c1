import type { IoSink } from '@picovm/core';
import { describe, expect, it } from 'vitest';
import { pushMmioWrite, pushPortWrite } from './push-write.ts';

/** What comes into a sink. */
function pushed(push: (sink: IoSink) => void): string[] {
  const log: string[] = [];
  const note = (address: number, size: number, value: number): void => {
    log.push(`${size} ${address.toString(16)} ${value.toString(16)}`);
  };
  push({ mmioWrite: note, portWrite: note } as unknown as IoSink);
  return log;
}

describe('a write that comes into the sink', () => {
  it.each([
    [1, ['1 1000 88']],
    [2, ['2 1000 7788']],
    [3, ['2 1000 7788', '1 1002 66']],
    [4, ['4 1000 d5667788']],
    [5, ['4 1000 d5667788', '1 1004 44']],
    [6, ['4 1000 d5667788', '2 1004 b344']],
    [7, ['4 1000 d5667788', '2 1004 b344', '1 1006 a2']],
  ])('of %i bytes is one of the sizes that there are, or several', (size, expected) => {
    expect(pushed((sink) => pushMmioWrite(sink, 0x1000, size, 0xd5667788, 0xf1a2b344))).toEqual(expected);
    expect(pushed((sink) => pushMmioWrite(sink, 0x1000, size, 0xd5667788 | 0, 0xf1a2b344 | 0))).toEqual(expected);
  });

  it.each([
    [1, '1 e9 88'],
    [2, '2 e9 7788'],
    [4, '4 e9 d5667788'],
  ])('to a port has %i bytes', (size, expected) => {
    expect(pushed((sink) => pushPortWrite(sink, 0xe9, size, 0xd5667788 | 0))).toEqual([expected]);
  });
});
