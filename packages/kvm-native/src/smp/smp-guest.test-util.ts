import { existsSync, readFileSync } from 'node:fs';
import { type Device, type DeviceContext, type RunOptions, type RunResult, Vm } from '@picovm/core';
import { enterRealMode, type X86Dump, type X86Vcpu } from '@picovm/core/x86';
import type { TestContext } from 'vitest';
import { ADDON } from '../addon.test-util.ts';
import { kvm } from '../index.ts';

const probe = await kvm({ ...ADDON, irqchip: 'kernel' }).probe();

/** For `beforeEach`: skips the test, and says why, where KVM has no vCPUs with local APICs. */
export function needSmp(context: TestContext): void {
  if (!probe.available) context.skip(`KVM cannot be used here with irqchip: 'kernel': ${probe.reason}`);
  if (probe.supports.maxVcpus < 4)
    context.skip(`KVM gives a VM ${probe.supports.maxVcpus} vCPUs here, and 4 are needed`);
}

/** The programs of guests/smp. */
export type SmpProgram = 'start' | 'lock' | 'ipi' | 'wake' | 'modes';

/** What a processor of the program `modes` does. */
export const MODE = { halt: 0, count: 1, output: 2, input: 3, shutdown: 4, self: 5 } as const;

/** As in guests/smp/smp.inc. */
const ORIGIN = 0x1000;
const CPUS = 0x4000;
const ARRIVED = 0x4002;
const MODES = 0x4300;
const COUNTS = 0x4400;

/** The devices of these programs. */
class Board implements Device {
  readonly id = 'board';
  readonly type = 'test-board';
  /** What was written, in the order in which it arrived: `3f8:2e`. */
  readonly written: string[] = [];
  readonly coalesced: boolean;
  /** How many reads there were of each port. */
  reads = 0;
  /** Called in the middle of each access. */
  onAccess: (vcpuNumber: number) => void = () => {};

  constructor(coalesced: boolean) {
    this.coalesced = coalesced;
  }

  attach({ claimPorts, claimMmio, irq, clock, systemEvent }: DeviceContext): void {
    const line = irq(0);
    const log = (base: number) => (offset: number, _size: number, value: number) => {
      this.written.push(`${(base + offset).toString(16)}:${value.toString(16)}`);
    };
    claimPorts({ base: 0x3f8, length: 1 }, { read: () => 0x60, write: log(0x3f8) });
    claimMmio({ base: 0xb8000, length: 4096 }, { read: () => 0, write: log(0xb8000) });
    claimPorts({ base: 0x320, length: 1 }, { read: () => 0, write: () => systemEvent('shutdown') });
    const tick = (_offset: number, _size: number, milliseconds: number): void => {
      clock.alarm(clock.now() + milliseconds * 1e6, () => line.pulse());
    };
    claimPorts({ base: 0x321, length: 1 }, { read: () => 0, write: tick });
    const { coalesced } = this;
    claimPorts(
      { base: 0x330, length: 4, coalesced },
      { read: () => 0, write: (_o, _s, value) => this.onAccess(value) },
    );
    const read = (): number => {
      this.onAccess(-1);
      return ++this.reads;
    };
    claimPorts({ base: 0x334, length: 4 }, { read, write: () => {} });
  }
}

/** A VM with several vCPUs that is about to run one of the programs. */
export class SmpGuest implements Disposable {
  readonly board: Board;
  readonly vm: Vm<X86Vcpu>;

  /**
   * @param modes for `modes`: what each processor does
   * @param options whether their output may be late
   */
  constructor(
    program: SmpProgram,
    vcpus: number,
    modes: readonly number[] = [],
    { coalesced = false }: { coalesced?: boolean } = {},
  ) {
    this.board = new Board(coalesced);
    const memory = [{ base: 0, size: 0x10000 }];
    const accelerator = kvm({ ...ADDON, irqchip: 'kernel' });
    this.vm = new Vm({ accelerator, vcpus, memory, devices: [this.board] });
    this.load(program, modes);
  }

  /** Puts the program into memory, and the first vCPU at its beginning. */
  load(program: SmpProgram, modes: readonly number[] = []): void {
    const { vm } = this;
    vm.memory.write(ORIGIN, image(program));
    vm.memory.write(CPUS, Uint8Array.of(vm.vcpus.length, 0, 0, 0));
    vm.memory.write(MODES, Uint8Array.from(modes));
    vm.memory.write(COUNTS, new Uint8Array(4 * vm.vcpus.length));
    enterRealMode(vm.vcpu, { segment: 0, offset: ORIGIN });
  }

  /** Runs it, for 20 s at most. */
  run(options: RunOptions = {}): Promise<RunResult<X86Dump>> {
    return this.vm.run({ timeoutMs: 20_000, ...options });
  }

  word(address: number): number {
    return this.vm.memory.readU16(address);
  }

  dword(address: number): number {
    return this.vm.memory.readU32(address);
  }

  /** How often each processor has counted, in the modes that do. */
  counts(): number[] {
    return this.vm.vcpus.map((_, id) => this.dword(COUNTS + 4 * id));
  }

  /** Resolves when all processors do what they are to do, and those that count have begun. */
  async started(counting: readonly number[] = []): Promise<void> {
    while (this.word(ARRIVED) < this.vm.vcpus.length || counting.some((id) => this.counts()[id] === 0)) {
      if (!this.vm.running) throw new Error('the run has ended');
      await new Promise((resolve) => void setTimeout(resolve, 1));
    }
  }

  [Symbol.dispose](): void {
    this.vm.dispose();
  }
}

function image(program: SmpProgram): Uint8Array {
  const file = new URL(`../../../../guests/smp/${program}.bin`, import.meta.url);
  if (!existsSync(file)) throw new Error(`there is no ${file.pathname}: run \`npm run build:images\` in guests/`);
  return readFileSync(file);
}
