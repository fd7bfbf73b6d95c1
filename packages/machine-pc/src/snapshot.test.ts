import { encodeSnapshot, VirtualClock } from '@picovm/core';
import { describe, expect, it } from 'vitest';
import { bootDisk, bootFloppy, machine, pass, run, STOP, screenOf } from './pc.test-util.ts';

/** Reads keys and prints them until Enter, then reads a sector of the disk to 9000h with INT 13h, and stops. */
const GUEST = [
  // again: xor ah, ah; int 16h; mov ah, 0Eh; int 10h; cmp al, 0Dh; jne again
  ...[0x30, 0xe4, 0xcd, 0x16, 0xb4, 0x0e, 0xcd, 0x10, 0x3c, 0x0d, 0x75, 0xf4],
  // xor ax, ax; mov es, ax; mov bx, 9000h; mov ax, 201h; mov cx, 1; mov dx, 80h; int 13h
  ...[0x31, 0xc0, 0x8e, 0xc0, 0xbb, 0x00, 0x90, 0xb8, 0x01, 0x02, 0xb9, 0x01, 0x00, 0xba, 0x80, 0x00, 0xcd, 0x13],
  ...STOP,
];

describe('a snapshot of the whole machine', () => {
  it('taken in the middle of typing goes on in another machine, to the same end', async () => {
    const make = () =>
      machine({ clock: new VirtualClock(), floppies: [bootFloppy(...GUEST)], disks: [bootDisk(1, 2, 3)] });
    const first = make();
    first.input.keyboard.type('Half of it here, half there.\n');
    await pass(first, 300);
    const shown = screenOf(first);
    expect(shown).toContain('Half');
    expect(shown).not.toContain('there');
    const second = make();
    second.vm.restore(first.vm.snapshot());
    expect(screenOf(second)).toBe(shown);
    expect([await run(first), await run(second)]).toEqual(['halted', 'halted']);
    expect(screenOf(second)).toContain('Half of it here, half there.');
    expect([...second.vm.memory.read(0x9000, 3)]).toEqual([1, 2, 3]);
    const [one, other] = [first, second].map(({ vm }) => {
      const snapshot = vm.snapshot();
      // How often the host had its turn is not the guest's.
      const counters = { ...snapshot.counters, exits: { ...snapshot.counters.exits, 'slice-end': 0 } };
      return Buffer.from(encodeSnapshot({ ...snapshot, counters }));
    });
    expect(other.equals(one)).toBe(true);
    for (const { vm } of [first, second]) vm.dispose();
  });

  it('has what the guest has moved on the PCI bus, where that is in the other machine, too', () => {
    const [first, second] = [machine(), machine()];
    const { ports } = first.vm;
    const configure = (address: number, value: number): void => {
      ports.write(0xcf8, 4, 0x80000000 + address);
      ports.write(0xcfc, 4, value);
    };
    // BAR 4 of the IDE controller, and PMBASE.
    configure(0x920, 0xd000);
    configure(0xb40, 0xb001);
    second.vm.restore(first.vm.snapshot());
    for (const { vm } of [first, second]) {
      const owner = (port: number) => vm.ports.map().find(({ base }) => base === port)?.owner;
      expect([0xd000, 0xb000, 0xc000, 0x600].map(owner)).toEqual(['ide', 'piix4-pm', undefined, undefined]);
      vm.dispose();
    }
  });

  it('is refused by a machine with other parts, which stays as it is', async () => {
    const first = machine({ memory: 4 << 20 });
    const second = machine();
    const before = second.vm.memory.read(0xf0000, 16);
    expect(() => second.vm.restore(first.vm.snapshot())).toThrow(
      expect.objectContaining({ code: 'ERR_SNAPSHOT_MISMATCH' }),
    );
    expect(second.vm.memory.read(0xf0000, 16)).toEqual(before);
    for (const { vm } of [first, second]) vm.dispose();
  });
});
