import type { Accelerator, AccessSize, ControlExit, ExitSink, RunBudget } from '@picovm/core';
import { RFLAGS, resetRegisters, resetSpecialRegisters, type X86Vcpu } from '@picovm/core/x86';
import { type InterpVcpu, interp } from '@picovm/x86-interp';
import { overlay, wrapAccelerator } from './wrap-accelerator.ts';

/** An accelerator that does one thing wrong. */
export interface BrokenAccelerator {
  /** The case of `testAccelerator` that must catch it. */
  readonly caughtBy: string;
  /** What it does wrong. */
  readonly fault: string;
  readonly accelerator: Accelerator<X86Vcpu>;
}

const IF = BigInt(RFLAGS.IF);

function broken(caughtBy: string, fault: string, accelerator: Accelerator<X86Vcpu>): BrokenAccelerator {
  return { caughtBy, fault, accelerator };
}

function brokenVcpu(
  caughtBy: string,
  fault: string,
  vcpu: NonNullable<Parameters<typeof wrapAccelerator>[0]['vcpu']>,
): BrokenAccelerator {
  return broken(caughtBy, fault, wrapAccelerator({ vcpu }));
}

function brokenSink(caughtBy: string, fault: string, sink: (sink: ExitSink) => Partial<ExitSink>): BrokenAccelerator {
  return broken(caughtBy, fault, wrapAccelerator({ sink }));
}

/** Changes what `run` returns. */
function changingExits(change: (exit: ControlExit, vcpu: InterpVcpu) => ControlExit) {
  return (vcpu: InterpVcpu): Partial<X86Vcpu> => ({ run: (budget) => change(vcpu.run(budget), vcpu) });
}

/** Runs one instruction after the other, and asks before each. */
function stepping(before: (vcpu: InterpVcpu) => ControlExit | undefined) {
  return (vcpu: InterpVcpu) =>
    (budget: RunBudget): ControlExit => {
      for (;;) {
        const exit = before(vcpu) ?? vcpu.run({ ...budget, instructions: 1 });
        if (exit.reason !== 'slice-end') return exit;
      }
    };
}

/** At least one for each case. */
export const BROKEN_ACCELERATORS: readonly BrokenAccelerator[] = [
  broken(
    'probe and VM agree',
    'its probe promises more than its VMs do',
    wrapAccelerator({
      accelerator: (inner) => ({
        probe: async () => {
          const probe = await inner.probe();
          return probe.available ? { ...probe, supports: { ...probe.supports, modes: ['real', 'long'] } } : probe;
        },
      }),
    }),
  ),
  brokenVcpu('runs to HLT', 'it forgets the flags', (vcpu) => ({
    getRegisters: () => ({ ...vcpu.getRegisters(), rflags: 2n }),
  })),
  broken('runs 32-bit instructions', 'it is an 80286', interp({ cpuModel: '80286' })),
  brokenVcpu(
    'goes on behind HLT',
    'it stays on the HLT',
    changingExits((exit, vcpu) => {
      if (exit.reason === 'halt') vcpu.setRegisters({ rip: vcpu.getRegisters().rip - 1n });
      return exit;
    }),
  ),
  brokenVcpu('a time budget ends a loop', 'it does not look at the time', (vcpu) => ({
    run: (budget) => vcpu.run({ ...budget, nanoseconds: Number.POSITIVE_INFINITY }),
  })),
  brokenVcpu('an instruction budget is exact', 'it runs one instruction too many', (vcpu) => ({
    run: (budget) => vcpu.run({ ...budget, instructions: budget.instructions && budget.instructions + 1 }),
  })),
  brokenVcpu('instructions are counted exactly', 'it does not count HLT', (vcpu) => {
    let halts = 0;
    return {
      ...changingExits((exit) => {
        if (exit.reason === 'halt') halts++;
        return exit;
      })(vcpu),
      get instructions() {
        return vcpu.instructions - halts;
      },
    };
  }),
  ...[
    'a kick in an access ends the run behind the instruction',
    'an abort signal ends the run',
    'a device that throws ends the run, and the machine can go on',
    'a device that answers with a promise ends the run',
  ].map((name) => brokenVcpu(name, 'it cannot be kicked', () => ({ kick: () => {} }))),
  brokenVcpu('a kick before a run ends it at once, and once', 'it forgets a kick between runs', (vcpu) => {
    let running = false;
    return {
      kick: () => {
        if (running) vcpu.kick();
      },
      run: (budget) => {
        running = true;
        const exit = vcpu.run(budget);
        running = false;
        return exit;
      },
    };
  }),
  brokenVcpu('a jump to itself is recognized', 'it forgets that an interrupt could end it', (vcpu) => ({
    isStuck: () => vcpu.isStuck(false),
  })),
  brokenVcpu('a machine ends where its guest jumps to itself', 'it never looks', () => ({ isStuck: () => false })),
  brokenVcpu('dump tells the registers and the place', 'it tells the place in decimal', (vcpu) => ({
    dump: () => ({ ...vcpu.dump(), location: `0:${vcpu.getRegisters().rip}` }),
  })),
  brokenVcpu('keeps the registers that it is given', 'it clears those that are not named', (vcpu) => ({
    setRegisters: (registers) => vcpu.setRegisters({ ...resetRegisters(), ...registers }),
  })),
  brokenVcpu('keeps the special registers that it is given', 'it resets those that are not named', (vcpu) => ({
    setSpecialRegisters: (special) => vcpu.setSpecialRegisters({ ...resetSpecialRegisters(), ...special }),
  })),
  brokenVcpu('the guest sees the segments that it is given', 'it takes the selectors, but not the bases', (vcpu) => ({
    setSpecialRegisters: ({ ds, es, ...special }) => {
      const bare = (segment: typeof ds): typeof ds => segment && { ...segment, base: 0n };
      vcpu.setSpecialRegisters({ ...special, ...(ds && { ds: bare(ds) }), ...(es && { es: bare(es) }) });
    },
  })),
  brokenVcpu('starts in the state after RESET, and reset leads there', 'RESET leaves BX', (vcpu) => ({
    reset: () => {
      const { rbx } = vcpu.getRegisters();
      vcpu.reset();
      vcpu.setRegisters({ rbx });
    },
  })),
  brokenSink('port writes reach the sink with size and value', 'it writes a word as two bytes', (sink) => ({
    portWrite: (port, size, value) => {
      for (let i = 0; i < size; i++) sink.portWrite(port + i, 1, (value >>> (8 * i)) & 0xff);
    },
  })),
  brokenSink('port reads get what the sink answers', 'it takes only a byte of the answer', (sink) => ({
    portRead: (port, size) => sink.portRead(port, size) & 0xff,
  })),
  brokenSink('port accesses of 32 bits', 'it cuts values to signed ones', (sink) => ({
    portWrite: (port, size, value) => sink.portWrite(port, size, value | 0),
  })),
  brokenSink('rep outs keeps size and count apart', 'it flattens words to bytes', (sink) => ({
    portWriteBlock: (port, _size, data) => sink.portWriteBlock(port, 1, data),
  })),
  brokenSink('rep ins fills memory', 'it repeats the first element', (sink) => ({
    portReadBlock: (port, size, out) => {
      sink.portReadBlock(port, size, out);
      for (let at = size; at < out.length; at += size) out.copyWithin(at, 0, size);
    },
  })),
  brokenSink('MMIO writes reach the sink with size and value', 'it drops every other write', (sink) => {
    let count = 0;
    return {
      mmioWrite: (address, size, value) => {
        if (count++ % 2 === 0) sink.mmioWrite(address, size, value);
      },
    };
  }),
  brokenSink('MMIO reads get what the sink answers', 'it reads a word as two bytes', (sink) => ({
    mmioRead: (address, size) => {
      return size === 2
        ? sink.mmioRead(address, 1) + sink.mmioRead(address + 1, 1) * 256
        : sink.mmioRead(address, size);
    },
  })),
  brokenSink('MMIO accesses of 32 bits', 'it has a bus of 16 bits', (sink) => ({
    mmioRead: (address, size) => {
      return size === 4
        ? sink.mmioRead(address, 2) + sink.mmioRead(address + 2, 2) * 65536
        : sink.mmioRead(address, size);
    },
  })),
  brokenSink('an access across the end of memory is split there', 'the device gets all of it', (sink) => ({
    mmioWrite: (address, size, value) => {
      if (address === 0x10000) sink.mmioWrite(address - 1, (size + 1) as AccessSize, value * 256);
      else sink.mmioWrite(address, size, value);
    },
  })),
  brokenSink('what nobody owns reads as all ones', 'it answers 0 itself', () => ({ portRead: () => 0 })),
  brokenVcpu('CPUID is answered by the sink', 'it does not hear of a new handler', () => ({ sinkChanged: () => {} })),
  brokenSink('unknown MSRs are answered by the sink, or fault', 'unknown ones read as 0', (sink) => ({
    rdmsr: (index) => sink.rdmsr(index) ?? 0n,
  })),
  brokenVcpu('an interrupt is delivered in its window, and returns', 'it mixes vectors up', (vcpu) => ({
    injectInterrupt: (vector) => vcpu.injectInterrupt(vector ^ 1),
  })),
  brokenVcpu('interrupts are off in the handler of one', 'it leaves IF on', (vcpu) => ({
    injectInterrupt: (vector) => {
      vcpu.injectInterrupt(vector);
      vcpu.setRegisters({ rflags: vcpu.getRegisters().rflags | IF });
    },
  })),
  brokenVcpu('no window opens while interrupts are off', 'it does not look at IF', (vcpu) => {
    let wanted = false;
    return {
      requestInterruptWindow: (want) => {
        wanted = want;
      },
      run: (budget) => (wanted ? { reason: 'irq-window' } : vcpu.run(budget)),
    };
  }),
  brokenVcpu('no window opens when it is no longer wanted', 'it opens all the same', (vcpu) => ({
    requestInterruptWindow: () => vcpu.requestInterruptWindow(true),
  })),
  brokenVcpu('STI holds interrupts off for one instruction', 'it has no interrupt shadow', (vcpu) => {
    const run = stepping(() => ((vcpu.getRegisters().rflags & IF) !== 0n ? { reason: 'irq-window' } : undefined));
    return { requestInterruptWindow: () => {}, run: run(vcpu) };
  }),
  brokenVcpu(
    'HLT waits for an interrupt',
    'it says that none can wake it',
    changingExits((exit) => (exit.reason === 'halt' ? { ...exit, interruptsEnabled: false } : exit)),
  ),
  broken(
    'the guest cannot write read-only memory',
    'it maps all memory writable',
    wrapAccelerator({ vm: (vm) => ({ mapMemory: (region) => vm.mapMemory(overlay(region, { readonly: false })) }) }),
  ),
  brokenVcpu('code that changes itself is executed as it is then', 'it keeps what it fetched', (vcpu, memory) => {
    let fetched: Uint8Array | undefined;
    const run = stepping(() => {
      fetched ??= memory.read(0x1000, 0x100);
      memory.write(0x1000, fetched);
      return undefined;
    });
    return { run: run(vcpu) };
  }),
  broken(
    'code that the host changes is executed as it is then',
    'it does not listen to the host',
    wrapAccelerator({ memory: () => ({ onHostWrite: () => ({ [Symbol.dispose]: () => {} }) }) }),
  ),
  broken(
    'the dirty log has the pages that were written, and no others',
    'it logs nothing',
    wrapAccelerator({ memory: () => ({ addDirtySource: () => ({ [Symbol.dispose]: () => {} }) }) }),
  ),
  broken(
    'the dirty log has the pages that were written, and no others',
    'it logs the neighbours, too',
    wrapAccelerator({
      memory: (memory) => ({
        addDirtySource: (source) =>
          memory.addDirtySource({
            start: (region) => source.start(region),
            stop: (region) => source.stop(region),
            collect: (region, bitmap) => {
              source.collect(region, bitmap);
              bitmap.forEach((bits, i) => {
                bitmap[i] = bits | (bits << 1);
              });
            },
          }),
      }),
    }),
  ),
  broken(
    'memory is there until its mapping is disposed',
    'it keeps it mapped',
    wrapAccelerator({
      vm: (vm) => ({
        mapMemory: (region) => {
          vm.mapMemory(region);
          return { [Symbol.dispose]: () => {} };
        },
      }),
    }),
  ),
  brokenVcpu('a vCPU goes on from a snapshot, in another machine', 'restoring forgets CX', (vcpu) => ({
    restore: (state) => {
      vcpu.restore(state);
      vcpu.setRegisters({ rcx: 1n });
    },
  })),
  brokenVcpu('a vCPU goes back to a snapshot', 'restoring does nothing', () => ({ restore: () => {} })),
  broken(
    'a machine goes on from a snapshot, in another machine',
    'it does not hear that memory was restored',
    wrapAccelerator({ memory: () => ({ onHostWrite: () => ({ [Symbol.dispose]: () => {} }) }) }),
  ),
  brokenVcpu('a snapshot keeps segments, tables and flags', 'restoring forgets the tables', (vcpu) => ({
    restore: (state) => {
      const { idt, gdt } = resetSpecialRegisters();
      vcpu.restore(state);
      vcpu.setSpecialRegisters({ idt, gdt });
    },
  })),
  brokenVcpu(
    'a triple fault is a shutdown',
    'it halts instead',
    changingExits((exit) => (exit.reason === 'shutdown' ? { reason: 'halt', interruptsEnabled: false } : exit)),
  ),
  brokenVcpu(
    'random bytes as code never throw',
    'it throws what its guests fault with',
    changingExits((exit, vcpu) => {
      const { rip } = vcpu.getRegisters();
      if (rip >= 0x600n && rip < 0x700n) throw new Error(`the guest took exception ${rip - 0x601n}`);
      return exit;
    }),
  ),
  brokenVcpu('a vCPU that is disposed in the middle of a run ends it with a result', 'it tells what was', (vcpu) => {
    const before = vcpu.dump();
    return { dump: () => before };
  }),
  broken('machines are independent', 'all machines share a sink', sharingSinks()),
  broken(
    'dispose may be called twice, and ends all use',
    'it frees twice',
    wrapAccelerator({
      vm: (vm) => {
        let disposed = false;
        return {
          dispose: () => {
            if (disposed) throw new Error('double free');
            disposed = true;
            vm.dispose();
          },
        };
      },
    }),
  ),
];

function sharingSinks(): Accelerator<X86Vcpu> {
  let first: ExitSink | undefined;
  return wrapAccelerator({
    sink: (sink) => {
      first ??= sink;
      const shared = first;
      return { portWrite: (port, size, value) => shared.portWrite(port, size, value) };
    },
  });
}
