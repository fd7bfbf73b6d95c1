import { type DeviceContext, VirtualClock, Vm } from '@picovm/core';
import { enterProtectedMode } from '@picovm/core/x86';
import { interp } from '@picovm/x86-interp';
import { describe, expect, it } from 'vitest';
import { i440fx, pciBus } from './index.ts';
import { adderCard } from './test/adder-card.test-util.ts';
import { Code } from './test/code.test-util.ts';

const ADDRESS = 0xcf8;
const DATA = 0xcfc;
const CARD = 0x8000_2000;
const COMMAND = CARD + 4;
const BAR0 = CARD + 0x10;
const BAR1 = CARD + 0x14;
const RESULTS = 0x3000;
const PORTS = 0xc100;
const MEMORY = 0xfeb0_0000;

function machine() {
  const pci = pciBus({ irqs: [10, 11, 10, 11] });
  const levels: boolean[] = [];
  const recorder = {
    id: 'recorder',
    type: 'recorder',
    attach: (context: DeviceContext) => {
      context.claimInterrupts({ setLine: (n, level) => void (n === 11 && levels.push(level)), acknowledge: () => 0 });
    },
    reset() {},
    snapshot: () => ({ version: 1 }),
    restore() {},
  };
  const devices = [recorder, pci, i440fx({ pci }), adderCard({ pci })];
  const memory = [{ base: 0, size: 0x1_0000 }];
  return { vm: new Vm({ accelerator: interp(), memory, devices, clock: new VirtualClock() }), levels };
}

/** Sizes both base address registers, puts the card at the ports and the memory given, and lets it add up 5, 6 and 7. */
function driver(ports: number, memory: number): Code {
  const code = new Code();
  const select = (register: number) => code.out(ADDRESS, register, 4);
  [BAR0, BAR1].forEach((bar, i) => {
    select(bar)
      .out(DATA, 0xffff_ffff, 4)
      .in(DATA, 4)
      .toSize(i === 0 ? 3 : 15)
      .store(RESULTS + 4 * i);
  });
  select(BAR0).out(DATA, ports, 4);
  select(BAR1).out(DATA, memory, 4);
  select(COMMAND).out(DATA, 3, 2);
  [5, 6, 7].forEach((value, i) => {
    code.storeByte(memory + i, value);
  });
  code
    .out(ports, 0, 1)
    .in(ports, 1)
    .store(RESULTS + 8);
  code.load(memory).store(RESULTS + 12);
  select(COMMAND)
    .in(DATA, 4)
    .store(RESULTS + 16);
  return code.out(ports + 1, 0, 1).halt();
}

async function run(vm: ReturnType<typeof machine>['vm'], code: Code): Promise<number[]> {
  vm.memory.write(0x1000, code.bytes);
  enterProtectedMode(vm.vcpu, { entry: 0x1000n, stack: 0x8000n });
  expect((await vm.run({ timeoutMs: 10_000 })).outcome).toBe('halted');
  return [0, 1, 2, 3, 4].map((i) => vm.memory.readU32(RESULTS + 4 * i));
}

// The card holds its interrupt while it is not acknowledged: bit 3 of the status register.
const EXPECTED = [4, 16, 18, 0x0007_0605, 0x0288_0003];

describe('a guest', () => {
  it('sizes, places and uses a card, and then moves it', async () => {
    const { vm, levels } = machine();
    expect(await run(vm, driver(PORTS, MEMORY))).toEqual(EXPECTED);
    expect(levels).toEqual([true, false]);
    const where = () => [...vm.ports.map(), ...vm.mmio.map()].filter(({ owner }) => owner === 'adder-card');
    expect(where()).toMatchObject([
      { base: PORTS, label: 'adder' },
      { base: MEMORY, label: 'adder memory' },
    ]);
    expect(await run(vm, driver(0x200, 0x8000_0000))).toEqual(EXPECTED);
    expect(where()).toMatchObject([{ base: 0x200 }, { base: 0x8000_0000 }]);
    vm.reset();
    expect(where()).toEqual([]);
    vm.dispose();
  });

  it('finds the functions of bus 0, and nothing else', async () => {
    const { vm } = machine();
    const code = new Code();
    [0, 0x2000, 0x2100, 0x2800, 0x1_0000].forEach((place, i) => {
      code
        .out(ADDRESS, 0x8000_0000 + place, 4)
        .in(DATA, 4)
        .store(RESULTS + 4 * i);
    });
    const nobody = 0xffff_ffff;
    expect(await run(vm, code.halt())).toEqual([0x1237_8086, 0xadd0_1234, nobody, nobody, nobody]);
    vm.dispose();
  });

  it('goes on from a snapshot with a card that was moved', async () => {
    const { vm } = machine();
    await run(vm, driver(PORTS, MEMORY));
    const saved = vm.snapshot();
    await run(vm, driver(0x200, 0x8000_0000));
    vm.restore(saved);
    expect(
      await run(
        vm,
        new Code()
          .load(MEMORY)
          .store(RESULTS + 12)
          .halt(),
      ),
    ).toEqual(EXPECTED);
    vm.dispose();
  });

  it('goes on from a snapshot in another machine', async () => {
    const { vm } = machine();
    await run(vm, driver(PORTS, MEMORY));
    const other = machine().vm;
    other.restore(vm.snapshot());
    expect(
      await run(
        other,
        new Code()
          .load(MEMORY)
          .store(RESULTS + 12)
          .halt(),
      ),
    ).toEqual(EXPECTED);
    vm.dispose();
    other.dispose();
  });
});
