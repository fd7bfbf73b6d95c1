import { type Exit, Vm } from '@picovm/core';
import { enterRealMode } from '@picovm/core/x86';
import { afterEach, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { ADDON } from './addon.test-util.ts';
import { CODE, Guest, hardware, needKvm, word } from './guest.test-util.ts';
import { kvm } from './index.ts';
import { KVM_CAP_COALESCED_MMIO, KVM_CAP_COALESCED_PIO, KvmSystem } from './ioctls.ts';

/** Without the capability nothing is late, and the same order holds: only some of the tests need it. */
function needCoalescing(context: TestContext): void {
  const system = new KvmSystem();
  const missing = [KVM_CAP_COALESCED_MMIO, KVM_CAP_COALESCED_PIO].some((cap) => !system.checkExtension(cap));
  system.close();
  if (missing) context.skip('this KVM lacks KVM_CAP_COALESCED_MMIO or KVM_CAP_COALESCED_PIO');
}

beforeEach(needKvm);

const guests: Guest[] = [];
afterEach(() => {
  for (const guest of guests.splice(0)) guest[Symbol.dispose]();
});

/** A guest whose writes to port E9H, and to the 4 KiB at B8000H, may wait. DS is B800H. */
function guest(code: readonly number[], coalesced = true): Guest {
  const made = new Guest([0xb8, ...word(0xb800), 0x8e, 0xd8, ...code]); // mov ax, 0xb800; mov ds, ax
  guests.push(made);
  if (coalesced) {
    made.vm.coalesce?.('port', 0xe9, 1);
    made.vm.coalesce?.('mmio', 0xb8000, 4096);
  }
  return made;
}

const out = (value: number, port = 0xe9): number[] => [0xb0, value, 0xe6, port]; // mov al, value; out port, al
const store = (at: number, value: number): number[] => [0xc6, 0x06, ...word(at), value]; // mov byte [at], value
const HLT = 0xf4;
/** Writes the numbers from 1 on, a byte each, for ever. */
const FOR_EVER = [0xfe, 0xc0, 0xe6, 0xe9, 0xeb, 0xfa]; // inc al; out 0xe9, al; jmp back

/** The numbers of lines such as `out1 e9 41`. */
const values = (log: readonly string[]): number[] =>
  log.map((line) => Number.parseInt(line.split(' ').at(-1) ?? '', 16));

describe('coalesced writes', () => {
  const MIXED = [
    ...out(1), ...store(2, 2), ...out(3), // late
    ...out(4, 0x10), // not late
    ...store(5, 5), ...out(6),
    0xe4, 0x10, // in al, 0x10
    ...store(7, 7), 0xa0, ...word(7), // mov al, [7]
    ...out(8), ...store(0x1000, 9), ...store(0x10, 10), // behind the range
    HLT,
  ]; // biome-ignore format: what belongs together
  const TRACE = [
    'out1 e9 1', 'write1 b8002 2', 'out1 e9 3', 'out1 10 4', 'write1 b8005 5', 'out1 e9 6', 'in1 10', 'write1 b8007 7',
    'read1 b8007', 'out1 e9 8', 'write1 b9000 9', 'write1 b8010 a',
  ]; // biome-ignore format: a line each would fill the page

  it.each([true, false])('come in their order, among all other exits (coalesced: %s)', (coalesced) => {
    const g = guest(MIXED, coalesced);
    expect(g.run()).toEqual({ reason: 'halt', interruptsEnabled: false });
    expect(g.sink.log).toEqual(TRACE);
  });

  it('come when the guest leaves, and not before', (context) => {
    needCoalescing(context);
    const at = [true, false].map((coalesced) => {
      const g = guest([...out(1), ...out(2), ...out(3), HLT], coalesced);
      const places: bigint[] = [];
      g.sink.onAccess = () => places.push(g.vcpu.getRegisters().rip - BigInt(CODE + 5));
      g.run();
      return places;
    });
    expect(at).toEqual([
      [13n, 13n, 13n],
      [4n, 8n, 12n],
    ]);
  });

  it('have every width', () => {
    const g = guest([
      0xa2, ...word(1), 0xa3, ...word(3), 0x66, 0xb8, 0xef, 0xbe, 0xad, 0xde, 0x66, 0xa3, ...word(5), // mov [1], al; [3], ax; [5], eax
      HLT,
    ]); // biome-ignore format: an instruction a line
    g.run();
    expect(g.sink.log).toEqual(['write1 b8001 0', 'write2 b8003 b800', 'write4 b8005 deadbeef']);
  });

  it('are those that are in the range as a whole', () => {
    const g = guest([...store(0, 1), 0xa3, ...word(0x0fff), ...store(0, 2), 0x67, 0xe6, 0xea, HLT]); // mov [0fff], ax
    g.run();
    const log = g.sink.log.join(', ');
    // A processor may make two accesses of one that crosses a page.
    expect(log).toMatch(
      /^write1 b8000 1, (write2 b8fff b800|write1 b8fff 0, write1 b9000 b8), write1 b8000 2, out1 ea 0$/,
    );
  });

  it('do not get lost where there are more of them than the ring has places', () => {
    // mov cx, 1000; back: mov al, cl; out 0xe9, al; loop back; hlt
    const g = guest([0xb9, ...word(1000), 0x88, 0xc8, 0xe6, 0xe9, 0xe2, 0xfa, HLT]);
    expect(g.run().reason).toBe('halt');
    expect(values(g.sink.log)).toEqual(Array.from({ length: 1000 }, (_, i) => (1000 - i) & 0xff));
  });

  it('come before a slice ends', () => {
    // The guest says in its memory that it has written. A busy host may not let it come so far in its first slice.
    const written = 0x500;
    const g = guest([...out(1), ...store(2, 2), 0x2e, 0xc6, 0x06, ...word(written), 1, 0xeb, 0xfe]); // mov cs:[500h], 1
    const end = performance.now() + 10_000;
    while (g.memory.readU8(written) === 0 && performance.now() < end) {
      expect(g.slice(2e6).reason).toBe('slice-end');
    }
    expect(g.sink.log).toEqual(['out1 e9 1', 'write1 b8002 2']);
  });

  it('come before a run ends by a kick, whoever kicks', () => {
    const g = guest(FOR_EVER);
    let next = 1;
    for (const count of [1, 100, 169, 170, 171, 1000]) {
      g.sink.log.length = 0;
      g.sink.onAccess = () => g.sink.log.length === count && g.vcpu.kick();
      expect(g.run().reason).toBe('kicked');
      expect(g.sink.log.length).toBeGreaterThanOrEqual(count);
      // Those that were late come nevertheless: the guest has made them.
      expect(g.sink.log.length).toBeLessThanOrEqual(count + 340);
      for (const value of values(g.sink.log)) expect(value).toBe(next++ & 0xff);
    }
  });

  it('end a run before the HLT behind them, if they kick', () => {
    for (const enable of [0xfa, 0xfb]) {
      const g = guest([...out(1), enable, HLT, ...out(2), HLT]); // cli or sti
      g.sink.onAccess = () => g.vcpu.kick();
      expect(g.run().reason).toBe('kicked');
      g.sink.onAccess = () => {};
      expect(g.vcpu.getRegisters().rip).toBeLessThanOrEqual(BigInt(CODE + 5 + 5));
      expect(g.run()).toEqual({ reason: 'halt', interruptsEnabled: enable === 0xfb });
      expect(g.sink.log).toEqual(['out1 e9 1']);
      expect(g.run().reason).toBe('halt');
      expect(g.sink.log).toEqual(['out1 e9 1', 'out1 e9 2']);
    }
  });

  it('come before an interrupt window', () => {
    const g = guest([...out(1), 0xfb, 0x90, ...out(2), 0xeb, 0xfe]); // sti; nop
    g.vcpu.requestInterruptWindow(true);
    expect(g.run().reason).toBe('irq-window');
    expect(g.sink.log[0]).toBe('out1 e9 1');
  });

  it('come before a CPU shuts down', () => {
    // In protected mode, with no interrupt table: out 0xe9, al; int3
    const g = guest([0xe6, 0xe9, 0xcc]);
    const { cs, ss } = g.vcpu.getSpecialRegisters();
    const flat = { base: 0n, limit: 0xffffffff, db: 1, g: 1 };
    g.vcpu.setSpecialRegisters({
      cr0: 0x11n,
      cs: { ...cs, ...flat, selector: 8 },
      ss: { ...ss, ...flat, selector: 16 },
      idt: { base: 0n, limit: 0 },
    });
    g.vcpu.setRegisters({ rax: 7n, rip: BigInt(CODE + 5) });
    const { reason } = g.run();
    if (hardware) expect(reason).toBe('shutdown');
    // A host without VT-x or SVM may also give up on delivering the fault.
    else expect(['shutdown', 'internal-error']).toContain(reason);
    expect(g.sink.log).toEqual(['out1 e9 7']);
  });

  it('leave the registers alone while an instruction behind them waits for what it reads', () => {
    const g = guest([...out(1), 0xe4, 0x10, HLT]);
    const errors: unknown[] = [];
    g.sink.onAccess = () => {
      expect(g.vcpu.getRegisters().rip).toBeGreaterThanOrEqual(BigInt(CODE + 9));
      try {
        g.vcpu.setRegisters({ rax: 1n });
      } catch (error) {
        errors.push(error);
      }
    };
    g.sink.answers.push(0x5a);
    g.run();
    expect(g.sink.log).toEqual(['out1 e9 1', 'in1 10']);
    expect(errors.length).toBeGreaterThanOrEqual(1);
    expect(errors).toEqual(errors.map(() => expect.objectContaining({ code: 'ERR_VM_RUNNING' })));
    expect(g.vcpu.getRegisters().rax & 0xffn).toBe(0x5an);
  });

  it('are all there when the sink threw in the middle of them', () => {
    const g = guest([...out(1), ...out(2), ...out(3), HLT]);
    g.sink.onAccess = (line) => {
      if (line === 'out1 e9 2') throw new Error('no');
    };
    expect(() => g.run()).toThrow('no');
    expect(g.run().reason).toBe('halt');
    expect(g.sink.log).toEqual(['out1 e9 1', 'out1 e9 2', 'out1 e9 3']);
  });

  it('end with the zone: then the guest leaves at once', () => {
    const g = guest([...out(1), ...out(2), ...out(3), HLT], false);
    const zone = g.vm.coalesce?.('port', 0xe9, 1);
    zone?.[Symbol.dispose]();
    zone?.[Symbol.dispose]();
    const places: bigint[] = [];
    g.sink.onAccess = () => places.push(g.vcpu.getRegisters().rip - BigInt(CODE + 5));
    g.run();
    expect(places).toEqual([4n, 8n, 12n]);
  });

  it('are not late where KVM takes no more zones', () => {
    const g = guest([...out(1), 0xba, ...word(0x5000), 0xee, HLT], false); // mov dx, 0x5000; out dx, al
    const zones = Array.from({ length: 1200 }, (_, i) => g.vm.coalesce?.('port', 0x4b51 + i, 1));
    const places: bigint[] = [];
    g.sink.onAccess = () => places.push(g.vcpu.getRegisters().rip - BigInt(CODE + 5));
    g.run();
    expect(g.sink.log).toEqual(['out1 e9 1', 'out1 5000 1']);
    expect(places).toEqual([4n, 8n]);
    g.vm.dispose();
    for (const zone of zones) zone?.[Symbol.dispose]();
  });
});

describe('coalesced writes and states', () => {
  // mov ax, 0xb800; mov es, ax; xor si, si; xor di, di; mov ds, si; mov cx, 600; cld; rep movsb; hlt
  const MOVS = [0x8e, 0xc0, 0x31, 0xf6, 0x31, 0xff, 0x8e, 0xde, 0xb9, ...word(600), 0xfc, 0xf3, 0xa4, HLT];
  const addresses = (log: readonly string[]): number[] =>
    log.map((line) => Number.parseInt(line.split(' ')[1], 16) - 0xb8000);
  const ALL = Array.from({ length: 600 }, (_, i) => i);

  it('of a repeated instruction are before a snapshot or behind it, and never twice', () => {
    for (const count of [1, 170, 171, 300, 599]) {
      const a = guest(MOVS);
      a.sink.onAccess = () => a.sink.log.length === count && a.vcpu.kick();
      expect(a.run().reason).toBe('kicked');
      a.sink.onAccess = () => {};
      const state = a.vcpu.snapshot();
      const before = addresses(a.sink.log);
      const b = guest(MOVS);
      b.vcpu.restore(state);
      expect(b.run().reason).toBe('halt');
      expect([...before, ...addresses(b.sink.log)]).toEqual(ALL);
      // And the first one goes on, as if nobody had looked.
      expect(a.run().reason).toBe('halt');
      expect(addresses(a.sink.log)).toEqual(ALL);
    }
  });

  it('of before a restore are not made up for behind it', () => {
    const g = guest(FOR_EVER);
    const state = g.vcpu.snapshot();
    for (let i = 0; i < 5; i++) {
      g.slice(1e5);
      g.vcpu.restore(state);
      g.sink.log.length = 0;
      g.sink.onAccess = () => g.vcpu.kick();
      expect(g.run().reason).toBe('kicked');
      g.sink.onAccess = () => {};
      const seen = values(g.sink.log);
      expect(seen).toEqual(seen.map((_, at) => (at + 1) & 0xff));
    }
  });

  it('of before a reset come before it', () => {
    const g = guest(MOVS);
    g.sink.onAccess = () => g.sink.log.length === 200 && g.vcpu.kick();
    g.run();
    g.sink.onAccess = () => {};
    g.vcpu.reset();
    const before = addresses(g.sink.log);
    expect(before).toEqual(ALL.slice(0, before.length));
    g.sink.log.length = 0;
    g.load([...out(1), HLT]);
    expect(g.run().reason).toBe('halt');
    expect(g.sink.log).toEqual(['out1 e9 1']);
  });
});

describe('coalesced ranges of a machine', () => {
  interface Seen {
    readonly trace: Exit[];
    readonly bytes: number[];
    readonly counters: unknown;
  }

  // back: mov al, cl; out 0xe9, al; mov [0], al; test cl, 7; jnz over; in al, 0x40; over: loop back; hlt
  const CODE_OF_IT = [
    0xb8, ...word(0xb800), 0x8e, 0xd8, 0xb9, ...word(500),
    0x88, 0xc8, 0xe6, 0xe9, 0xa2, 0, 0, 0xf6, 0xc1, 7, 0x75, 2, 0xe4, 0x40, 0xe2, 0xf0, HLT,
  ]; // biome-ignore format: the loop in a line

  async function run(coalesced: boolean, sliceMs: number): Promise<Seen> {
    const trace: Exit[] = [];
    const bytes: number[] = [];
    const handler = {
      read: () => bytes.length & 0xff,
      write: (_o: number, _s: number, value: number) => void bytes.push(value),
    };
    using vm = new Vm({
      accelerator: kvm(ADDON),
      memory: [{ base: 0, size: 4096 }],
      devices: [
        {
          id: 'sink',
          type: 'test',
          attach: ({ claimPorts, claimMmio }) => {
            claimPorts({ base: 0xe9, length: 1, coalesced }, handler);
            claimMmio({ base: 0xb8000, length: 4096, coalesced }, handler);
            claimPorts({ base: 0x40, length: 1 }, handler);
          },
        },
      ],
    });
    vm.memory.write(CODE, Uint8Array.from(CODE_OF_IT));
    enterRealMode(vm.vcpu, { segment: 0, offset: CODE });
    vm.observe((exit) => void (exit.reason === 'io' || exit.reason === 'mmio' ? trace.push({ ...exit }) : 0));
    const result = await vm.run({ timeoutMs: 20_000, sliceMs });
    expect(result.outcome).toBe('halted');
    const { exits, totalExits, devices } = result.counters;
    return { trace, bytes, counters: { io: exits.io, mmio: exits.mmio, totalExits, devices } };
  }

  it('have the trace and the counters that they had without', async () => {
    const plain = await run(false, 1);
    expect(plain.bytes).toHaveLength(1000);
    for (const sliceMs of [1, 50]) expect(await run(true, sliceMs)).toEqual(plain);
  });
});
