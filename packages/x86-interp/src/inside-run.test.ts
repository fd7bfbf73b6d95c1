import { enterRealMode, type X86Vcpu } from '@picovm/core/x86';
import { describe, expect, test } from 'vitest';
import { type CpuEvents, createCpu, type X86Cpu } from './index.ts';
import { machine } from './machine.test-util.ts';

const CODE = 0x1000;
const HANDLER = 0x600;
const HLT = 0xf4;

/** A CPU in real mode whose bus tells of each call. */
function cpuWith(code: readonly number[], inside: (call: string) => void = () => {}): X86Cpu {
  const cpu = createCpu({
    memory: 0x10000,
    bus: {
      readPort: () => void inside('readPort'),
      writePort: () => inside('writePort'),
      readMemory: () => void inside('readMemory'),
      writeMemory: () => inside('writeMemory'),
      cpuid: () => inside('cpuid'),
      rdmsr: () => void inside('rdmsr'),
      wrmsr: () => inside('wrmsr'),
    },
  });
  for (let n = 0; n < 256; n++) cpu.memory.writeU32(n * 4, HANDLER);
  cpu.memory.writeU8(HANDLER, HLT);
  cpu.memory.write(CODE, Uint8Array.from(code));
  enterRealMode(cpu, { segment: 0, offset: CODE });
  cpu.setRegisters({ rsp: 0x8000n, rcx: 2n });
  return cpu;
}

const REFUSED: Record<string, (cpu: X86Cpu) => unknown> = {
  reset: (cpu) => cpu.reset(),
  setRegisters: (cpu) => cpu.setRegisters({ rip: 0x1234n }),
  setSpecialRegisters: (cpu) => cpu.setSpecialRegisters({ cr0: 0x11n }),
  enterRealMode: (cpu) => enterRealMode(cpu, { segment: 0, offset: 0x2000 }),
  injectInterrupt: (cpu) => cpu.injectInterrupt(0x40),
  restore: (cpu) => cpu.restore({} as ReturnType<X86Vcpu['snapshot']>),
  load: (cpu) => cpu.load({} as ReturnType<X86Cpu['save']>),
  snapshot: (cpu) => cpu.snapshot(),
  save: (cpu) => cpu.save(),
  run: (cpu) => cpu.run(),
  step: (cpu) => cpu.step(),
};

/** Tries all that is refused. @returns what was not */
function attempt(cpu: X86Cpu, except: readonly string[] = []): string[] {
  return Object.entries(REFUSED).flatMap(([name, call]) => {
    if (except.includes(name)) return [];
    try {
      call(cpu);
    } catch (error) {
      if ((error as { code: string }).code === 'ERR_VM_RUNNING') return [];
    }
    return [name];
  });
}

/** Runs twice: with the attempts, and without them. Nothing may differ. */
function compare(code: readonly number[], run: (cpu: X86Cpu, inside: (() => void)[]) => void): void {
  const ends = [true, false].map((attempts) => {
    const taken: string[] = [];
    let times = 0;
    const inside: (() => void)[] = [];
    const cpu = cpuWith(code, () => inside[0]?.());
    inside.push(() => {
      times++;
      if (attempts) taken.push(...attempt(cpu));
    });
    run(cpu, inside);
    expect(times).toBeGreaterThan(0);
    expect(taken).toEqual([]);
    return cpu.save();
  });
  expect(ends[0]).toEqual(ends[1]);
}

describe('what changes the CPU is refused', () => {
  // ES is F000, where no memory is.
  test.each([
    ['IN', [0xe4, 0x60, HLT]],
    ['INS', [0x6c, HLT]],
    ['OUTS', [0x6e, HLT]],
    ['REP OUTS', [0xf3, 0x6e, HLT]],
    ['a load', [0x26, 0xa0, 0, 0, HLT]],
    ['a store', [0x26, 0xa2, 0, 0, HLT]],
    ['a string that is stored', [0xf3, 0xaa, HLT]],
    ['CPUID', [0x0f, 0xa2, HLT]],
    ['RDMSR', [0x66, 0xb9, 0x33, 0x12, 0, 0, 0x0f, 0x32, HLT]],
    ['WRMSR', [0x66, 0xb9, 0x33, 0x12, 0, 0, 0x0f, 0x30, HLT]],
  ])('in the call of the bus for %s', (_, code) => {
    compare(code, (cpu) => {
      cpu.setSpecialRegisters({ es: { ...cpu.getSpecialRegisters().es, selector: 0xf000, base: 0xf0000n } });
      cpu.run();
    });
  });

  test.each<[keyof CpuEvents, number[]]>([
    ['exception', [0x0f, 0x0b, HLT]],
    ['interrupt', [0xcd, 0x40, HLT]],
    ['control-write', [0x0f, 0x22, 0xd0, HLT]],
    ['io', [0xe6, 0x60, HLT]],
    ['mmio', [0xa0, 0, 0, HLT]],
  ])('in a hook of %s', (event, code) => {
    compare(code, (cpu, inside) => {
      const ds = { ...cpu.getSpecialRegisters().ds, selector: 0xf000, base: 0xf0000n };
      if (event === 'mmio') cpu.setSpecialRegisters({ ds });
      const [call] = inside.splice(0);
      cpu.on(event, call);
      cpu.run();
    });
  });

  test('in the callback of FERR#', () => {
    // fninit; fldcw [2000h]; fldz; fld1; fdivrp (1 / 0)
    compare([0xdb, 0xe3, 0xd9, 0x2e, 0, 0x20, 0xd9, 0xe8, 0xd9, 0xee, 0xde, 0xf9, HLT], (cpu, inside) => {
      cpu.memory.writeU16(0x2000, 0x33b);
      cpu.ferr = inside[0];
      cpu.run();
    });
  });
});

describe('the answer to OUT', () => {
  test('may change registers, which count from the next instruction on', () => {
    // out 60h, al; inc bx; hlt
    const cpu = cpuWith([0xe6, 0x60, 0x43, HLT], () => {
      cpu.setRegisters({ rbx: 7n, rip: 0x2000n });
      cpu.setSpecialRegisters({ cs: { ...cpu.getSpecialRegisters().cs, selector: 0x100, base: 0x1000n } });
      expect(attempt(cpu, ['setRegisters', 'setSpecialRegisters'])).toEqual([]);
    });
    cpu.memory.write(0x3000, Uint8Array.of(0x43, HLT));
    expect(cpu.run().reason).toBe('halt');
    expect(cpu.getRegisters()).toMatchObject({ rbx: 8n, rip: 0x2002n });
  });

  test('does not count as one any more when it threw', () => {
    for (const code of [
      [0xe4, 0x60],
      [0xa0, 0, 0],
    ]) {
      const m = machine({ regions: [{ base: 0, size: 0x10000 }] });
      m.vcpu.setSpecialRegisters({ ds: { ...m.vcpu.getSpecialRegisters().ds, base: 0x100000n } });
      m.sink.onAccess = () => {
        throw new Error('no');
      };
      m.load([0xe6, 0x60]);
      expect(() => m.run()).toThrow('no');
      m.load([...code, HLT]);
      m.sink.onAccess = () => {
        expect(() => m.vcpu.setRegisters({ rbx: 1n })).toThrow(expect.objectContaining({ code: 'ERR_VM_RUNNING' }));
      };
      expect(m.run()).toBe('halt');
      expect(m.sink.trace).toHaveLength(1);
    }
  });
});

test('dispose inside of a run ends it, and the CPU with it', () => {
  const cpu = cpuWith([0xe6, 0x60, 0x43, HLT], () => cpu.dispose());
  expect(cpu.run().reason).toBe('kicked');
  expect(() => cpu.run()).toThrow(expect.objectContaining({ code: 'ERR_VM_DISPOSED' }));
});
