import { expect, test } from 'vitest';
import { Arena, GuestMemory, MmioBus, physicalBacking } from '../index.ts';

const memory = new GuestMemory(new Arena(0x10000), [
  { base: 0x100000, size: 0x2000, name: 'high' },
  { base: 0, size: 0x1000 },
]);
const bus = new MmioBus();
bus.claim({ base: 0xb8000, length: 0x1000 }, 'vga', { read: () => 0, write: () => {} });
// A port of the same number is none of it.
const map = [{ space: 'port', base: 0x2000, length: 8, owner: 'uart', label: '' } as const, ...bus.map()];

test('memory: its slot, and where it lies in the host', () => {
  const { slot, region, range, offset } = physicalBacking(memory, map, 0x101234);
  expect([slot, region?.name, range, offset]).toEqual([1, 'high', undefined, 0x1234]);
  memory.writeU8(0x101234, 0x5a);
  expect(new Uint8Array(memory.arena.buffer)[(region?.arenaOffset ?? 0) + offset]).toBe(0x5a);
});

test('a device', () => {
  expect(physicalBacking(memory, map, 0xb8fff)).toMatchObject({ slot: -1, range: { owner: 'vga' }, offset: 0xfff });
});

test.each([0x1000, 0x2000, 0xb9000, 0x102000, 2 ** 52 - 1])('nothing at %i', (address) => {
  expect(physicalBacking(memory, map, address)).toEqual({ slot: -1, region: undefined, range: undefined, offset: 0 });
});
