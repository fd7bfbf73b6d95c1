import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { decodeSnapshot, encodeSnapshot, VirtualClock, type VmSnapshot } from '@picovm/core';
import { readSnapshotFile } from '@picovm/core/node';
import { interp } from '@picovm/x86-interp';
import { describe, expect, onTestFailed, type TestContext, test } from 'vitest';
import { cases } from './cases/index.ts';
import { accelerators, whyNot } from './harness/accelerators.ts';
import { differences } from './harness/compare.ts';
import { CaseMachine, TIMEOUT_MS } from './harness/run-case.ts';
import { ACCELERATORS, HelloMachine } from './snapshots/hello-machine.mjs';
import { newRandom, type Random } from './snapshots/random.ts';

type Name = keyof typeof ACCELERATORS;
type Ending = Awaited<ReturnType<HelloMachine['finish']>>;

/** Points at which the hello kernel is left, on each accelerator. */
const POINTS = 200;
/** How often a machine changes to another accelerator and back. */
const JOURNEYS = 40;
/** Points at which each program of the suite is left. */
const POINTS_A_CASE = 4;

/** Random numbers whose seed is told if the test fails. */
function seeded(): Random {
  const random = newRandom();
  onTestFailed(() => console.error(`to repeat this: PICOVM_SEED=${random.seed}`));
  return random;
}

async function skipUnlessAvailable(context: TestContext, name: Name): Promise<void> {
  const probe = await ACCELERATORS[name].probe();
  if (!probe.available) context.skip(`${name}: ${probe.reason}`);
}

async function ending(name: Name): Promise<Ending> {
  using machine = new HelloMachine(name);
  machine.load();
  return await machine.finish();
}

/** As many different exits as asked for, in order. */
function randomExits(random: Random, count: number, total: number): number[] {
  const exits = new Set<number>();
  while (exits.size < count) exits.add(random.integer(1, total - 1));
  return [...exits].sort((a, b) => a - b);
}

async function runTo(machine: HelloMachine, exit: number): Promise<void> {
  const { totalExits } = machine.vm.counters();
  if (exit > totalExits) await machine.vm.run({ maxExits: exit - totalExits });
}

function totalOf({ counters }: Ending): number {
  return (counters as { totalExits: number }).totalExits;
}

describe.each(['interp', 'kvm'] as const)('the hello kernel on %s', (name) => {
  test(`left at ${POINTS} random exits, and finished in a new process`, async (context) => {
    await skipUnlessAvailable(context, name);
    const random = seeded();
    const expected = await ending(name);
    const folder = await mkdtemp(join(tmpdir(), 'picovm-snapshots-'));
    try {
      using machine = new HelloMachine(name);
      machine.load();
      const files: string[] = [];
      for (const exit of randomExits(random, POINTS, totalOf(expected))) {
        await runTo(machine, exit);
        const file = join(folder, `${exit}.picovm`);
        await writeFile(file, encodeSnapshot(machine.vm.snapshot()));
        files.push(file);
      }
      // Snapshots do not disturb the machine that they are taken of.
      expect(await machine.finish()).toEqual(expected);

      const lines = await finishElsewhere(name, files);
      const wanted = JSON.stringify(expected, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
      expect(lines).toHaveLength(POINTS);
      for (const [i, line] of lines.entries()) expect(line, `left at ${files[i]}`).toBe(wanted);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

async function finishElsewhere(name: Name, files: readonly string[]): Promise<string[]> {
  const script = fileURLToPath(new URL('snapshots/finish-all.mjs', import.meta.url));
  const options = { maxBuffer: 2 ** 28 };
  const { stdout } = await promisify(execFile)(process.execPath, [script, name, ...files], options);
  return stdout.trimEnd().split('\n');
}

test(`the hello kernel goes from one accelerator to the other and back, ${JOURNEYS} times`, async (context) => {
  await skipUnlessAvailable(context, 'kvm');
  const random = seeded();
  const expected = await ending('interp');
  for (let i = 0; i < JOURNEYS; i++) {
    const route: Name[] = i % 2 === 0 ? ['interp', 'kvm', 'interp'] : ['kvm', 'interp', 'kvm'];
    const [first, second] = randomExits(random, 2, totalOf(expected));
    let snapshot: VmSnapshot | undefined;
    let last: Ending | undefined;
    for (const [leg, name] of route.entries()) {
      using machine = new HelloMachine(name);
      if (snapshot === undefined) machine.load();
      else machine.vm.restore(decodeSnapshot(encodeSnapshot(snapshot)));
      if (leg < 2) await runTo(machine, leg === 0 ? first : second);
      else last = await machine.finish();
      snapshot = machine.vm.snapshot();
    }
    // KVM counts no instructions.
    const uncounted = ({ counters, ...rest }: Ending): unknown => ({
      ...rest,
      ...(counters as object),
      instructions: 0,
    });
    expect(uncounted(last as Ending), `${route.join(' -> ')}, left at ${first} and ${second}`).toEqual(
      uncounted(expected),
    );
  }
});

const golden = new URL('snapshots/golden/', import.meta.url);
const goldenFiles = readdirSync(golden).filter((name) => name.endsWith('.picovm'));

test('this version has its golden file', () => {
  using machine = new HelloMachine('interp');
  const version = machine.vm.snapshot().creator.replace(/.* /, '');
  expect(goldenFiles, 'guests/snapshots/golden/README.md says how to make it').toContain(`${version}.picovm`);
});

describe.each(['interp', 'kvm'] as const)('what was saved once is restored on %s', (name) => {
  test.for(goldenFiles)('%s', async (file, context) => {
    await skipUnlessAvailable(context, name);
    const snapshot = await readSnapshotFile(fileURLToPath(new URL(file, golden)));
    expect(snapshot.creator).toBe(`@picovm/core ${file.replace('.picovm', '')}`);
    using machine = new HelloMachine(name);
    machine.vm.restore(snapshot);
    const { outcome, screen, counters } = await machine.finish();
    expect([outcome, screen]).toEqual(['halted', (await ending(name)).screen]);
    // Two ports were written before the kernel began.
    expect(counters).toMatchObject({ totalExits: 2403, devices: { com1: { writes: 1 }, debugcon: { writes: 1 } } });
    expect(machine.vm.ports.read(0x3ff, 1)).toBe(0x5a);
  });
});

describe('programs of the suite, left between two random instructions', () => {
  const accelerator = interp();
  for (const guestCase of cases) {
    test(guestCase.name, async (context) => {
      const probe = await accelerator.probe();
      const reason = probe.available ? whyNot(guestCase, accelerator, probe.supports) : probe.reason;
      if (reason !== undefined) context.skip(reason);
      const random = seeded();
      using whole = new CaseMachine(guestCase, accelerator, new VirtualClock());
      whole.load();
      const { counters } = await whole.vm.run({ timeoutMs: TIMEOUT_MS });
      for (let i = 0; i < POINTS_A_CASE; i++) {
        const at = random.integer(1, counters.instructions - 1);
        using first = new CaseMachine(guestCase, accelerator, new VirtualClock());
        first.load();
        // Ten nanoseconds an instruction.
        first.vm.clock.alarm(at * 10, () => first.vm.stop());
        await first.vm.run({ timeoutMs: TIMEOUT_MS });
        using second = new CaseMachine(guestCase, accelerator, new VirtualClock());
        second.continueFrom(first);
        const [before, after] = [first, second].map(({ vm }) => Buffer.from(encodeSnapshot(vm.snapshot())));
        expect(after.equals(before), `restored at instruction ${at}`).toBe(true);
        const seen = second.observe(await second.vm.run({ timeoutMs: TIMEOUT_MS }));
        const lines = differences(guestCase, seen);
        if (lines.length > 0) expect.fail([`at instruction ${at}:`, ...lines].join('\n'));
        // How long a guest may jump to itself is the host's affair.
        const endless = guestCase.expect.exit === 'slice-end';
        if (!endless) expect(seen.result.counters.instructions).toBe(counters.instructions);
      }
    });
  }
});

describe.each(accelerators.map((accelerator) => [accelerator.name, accelerator] as const))(
  'programs of the suite on %s, left at random exits',
  (_name, accelerator) => {
    for (const guestCase of cases.filter(({ expect: { bus = [] } }) => bus.length > 1)) {
      test(guestCase.name, async (context) => {
        const probe = await accelerator.probe();
        const reason = probe.available ? whyNot(guestCase, accelerator, probe.supports) : probe.reason;
        if (reason !== undefined) context.skip(reason);
        const random = seeded();
        using whole = new CaseMachine(guestCase, accelerator);
        whole.load();
        const { totalExits } = (await whole.vm.run({ timeoutMs: TIMEOUT_MS })).counters;
        for (let i = 0; i < POINTS_A_CASE; i++) {
          const maxExits = random.integer(1, totalExits - 1);
          using first = new CaseMachine(guestCase, accelerator);
          first.load();
          await first.vm.run({ timeoutMs: TIMEOUT_MS, maxExits });
          using second = new CaseMachine(guestCase, accelerator);
          second.continueFrom(first);
          const seen = second.observe(await second.vm.run({ timeoutMs: TIMEOUT_MS }));
          const lines = differences(guestCase, seen);
          if (lines.length > 0) expect.fail([`at exit ${maxExits}:`, ...lines].join('\n'));
          expect(seen.result.counters.totalExits).toBe(totalExits);
        }
      });
    }
  },
);
