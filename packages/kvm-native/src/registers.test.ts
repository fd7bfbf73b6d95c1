import { beforeEach, expect, test } from 'vitest';
import { Guest, needKvm } from './guest.test-util.ts';

beforeEach(needKvm);

const cs = { base: 0n, limit: 0xffff };

test.each([
  ['setRegisters', { rbx: 1n, rax: 5 }, 'rax must be a bigint from 0n to 0xffffffffffffffffn, not 5: write 5n'],
  ['setRegisters', { rbx: 1n, eax: 5n }, "has no register 'eax'"],
  ['setRegisters', { rbx: 1n, cr0: 5n }, "has no register 'cr0': setSpecialRegisters() sets it"],
  ['setSpecialRegisters', { cr2: 1n, cs }, 'cs'],
  ['setSpecialRegisters', { cr2: 1n, cr3: -1n }, 'cr3 must be a bigint'],
] as const)('%s refuses %o, and changes nothing', (name, registers, message) => {
  using guest = new Guest([0xf4]);
  const { vcpu } = guest;
  const before = [vcpu.getRegisters(), vcpu.getSpecialRegisters()];
  expect(() => vcpu[name](registers as never)).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining(message) }),
  );
  expect([vcpu.getRegisters(), vcpu.getSpecialRegisters()]).toEqual(before);
});

test('what is undefined stays as it is', () => {
  using guest = new Guest([0xf4]);
  guest.vcpu.setRegisters({ rax: 3n });
  guest.vcpu.setRegisters({ rax: undefined, rcx: 7n });
  expect(guest.vcpu.getRegisters()).toMatchObject({ rax: 3n, rcx: 7n });
});
