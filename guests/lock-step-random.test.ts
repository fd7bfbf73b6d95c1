import { X86_SEGMENTS, type X86SegmentName } from '@picovm/core/x86';
import { kvm } from '@picovm/kvm-native';
import { decodeInstruction, type InterpVcpu, interp } from '@picovm/x86-interp';
import { describe, expect, test } from 'vitest';
import { firstDifference } from './random/compare.ts';
import { EXAMPLE_START, EXCLUSIONS, type Exclusion, type Veto, vetoOf } from './random/exclusions.ts';
import { baseImage, HLT, MAX_LENGTH, type Program, physical } from './random/layout.ts';
import { LockStep } from './random/lock-step.ts';
import { Machine } from './random/machine.ts';
import { MNEMONICS } from './random/pool.ts';
import { runPrograms } from './random/run-programs.ts';
import { View } from './random/view.ts';

const probe = await kvm().probe();
const unavailable = probe.available ? undefined : probe.reason;
const hardware = probe.available && probe.supports.hardware;
const NO_VETO: Veto = { before: () => false, afterFault: () => false };
const INSTRUCTIONS = 5000;

describe('random real-mode programs, on the interpreter and beside it', () => {
  test('do the same on KVM', (context) => {
    if (unavailable !== undefined) context.skip(`kvm: ${unavailable}`);
    using pair = new LockStep(kvm(), vetoOf(hardware));
    const { instructions, mnemonics, exceptions, accesses } = runPrograms(pair, INSTRUCTIONS);
    if (process.env.PICOVM_SEED !== undefined) return;
    expect(instructions).toBeGreaterThanOrEqual(INSTRUCTIONS);
    expect(mnemonics.size).toBeGreaterThan(MNEMONICS.length / 2);
    expect(exceptions.size).toBeGreaterThan(1);
    expect(accesses).toBeGreaterThan(100);
  });

  test('do the same on another interpreter', () => {
    using pair = new LockStep(interp(), NO_VETO);
    const { mnemonics, discarded, programs } = runPrograms(pair, INSTRUCTIONS);
    if (process.env.PICOVM_SEED !== undefined) return;
    expect(mnemonics.size).toBeGreaterThan(MNEMONICS.length / 2);
    const thrownAway = [...discarded.values()].reduce((sum, count) => sum + count, 0);
    expect(thrownAway).toBeLessThan(programs / 4);
  });

  test('part from a processor that lacks some of them, which is told with both states and the seed', () => {
    // It has no CMOVcc.
    using pair = new LockStep(interp({ cpuModel: 'pentium' }), NO_VETO);
    let text: string | undefined;
    for (let seed = 1; text === undefined && seed < 100; seed++) text = pair.run(seed);
    expect(text).toMatch(/^> [0-9a-f]{4}:[0-9a-f]{4} {2}([0-9a-f]{2} )+ +\S/m);
    expect(text).toMatch(/^\* rip +[0-9a-f]+ +[0-9a-f]+$/m);
    const seed = Number(/PICOVM_SEED=(\d+)/.exec(text ?? '')?.[1]);
    expect(pair.run(seed)).toBe(text);
  });
});

const CODE = { segment: 0x2000, offset: 0x100 };

/** A program of the example's bytes alone. */
function programOf({ example }: Exclusion): Program {
  const { registers, deviceSegment } = EXAMPLE_START;
  const at = physical(CODE.segment, CODE.offset);
  const selectors = Object.fromEntries(X86_SEGMENTS.map((name) => [name, 0x3000])) as Record<X86SegmentName, number>;
  // Handlers of interrupts end it.
  const handlers = Array.from({ length: 0x8000 }, (_, n): [number, number] => [0x98000 + n, HLT]);
  return {
    seed: 0,
    registers: { ...registers, rip: BigInt(CODE.offset) },
    selectors: { ...selectors, cs: CODE.segment, es: deviceSegment },
    patches: new Map([...handlers, ...[...example, HLT].map((byte, n): [number, number] => [at + n, byte])]),
    steps: [],
  };
}

/** Whether an exclusion is about one of the instructions that a program executes. */
function isAbout(exclusion: Exclusion, machine: Machine<InterpVcpu>): boolean {
  let raised = false;
  using _ = machine.vcpu.on('exception', () => {
    raised = true;
  });
  for (let i = 0; i < 10; i++) {
    const view = new View(machine.vcpu, machine.memory);
    const instruction = decodeInstruction(machine.memory.view(view.place, MAX_LENGTH), { size: 16 });
    if (!instruction.valid) return false;
    if (exclusion.applies?.(instruction, view) === true) return true;
    if (machine.vcpu.run({ nanoseconds: 1e9, instructions: 1 }).reason !== 'slice-end') return false;
    const behind = new View(machine.vcpu, machine.memory);
    if (raised && exclusion.appliesToFault?.(instruction, behind) === true) return true;
  }
  return false;
}

describe('what KVM is not compared in is still different there', () => {
  const image = baseImage();
  for (const [name, exclusion] of Object.entries(EXCLUSIONS).filter(([, { example }]) => example.length > 0)) {
    test(name, (context) => {
      const program = programOf(exclusion);
      using own = new Machine(interp());
      own.load(image, program);
      expect(isAbout(exclusion, own)).toBe(true);
      if (unavailable !== undefined) context.skip(`kvm: ${unavailable}`);
      if (hardware && exclusion.where === 'emulated') context.skip('this host has VT-x or SVM: KVM emulates little');
      using other = new Machine(kvm());
      for (const machine of [own, other]) machine.load(image, program);
      const tolerance = { flags: 0, pushed: false };
      expect(firstDifference(own.run(), other.run(), tolerance), exclusion.reason).toBeDefined();
    });
  }
});
