import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { beforeEach, describe, expect, it } from 'vitest';
import { MACHINE, needBuild } from './process.test-util.ts';
import { needSmp } from './smp-guest.test-util.ts';

beforeEach(needSmp);
beforeEach(needBuild);

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGUSR2', 'SIGHUP', 'SIGALRM', 'SIGVTALRM', 'SIGPROF', 'SIGWINCH'] as const;

// It ends by itself if nobody asks it to.
const program = `
  import { spawn } from 'node:child_process';
  const vms = [machine([1]), machine([1, 1, 2, 3])];
  const runs = vms.map((vm) => vm.run({ timeoutMs: 25_000 }));
  for (const signal of ${JSON.stringify(SIGNALS)}) process.on(signal, () => console.log(signal));
  process.on('SIGCONT', async () => {
    const before = vms.map(counts);
    let ticks = 0;
    const interval = setInterval(() => ticks++, 1);
    const code = await new Promise((resolve) => spawn('sleep', ['0.05']).on('exit', resolve));
    clearInterval(interval);
    // A busy host may take a while to let all of them go on.
    const stuck = () => vms.some((vm, i) => vm.running && counts(vm).some((n, id) => n === before[i][id]));
    while (stuck()) await new Promise((resolve) => setTimeout(resolve, 1));
    const after = vms.map(counts);
    for (const vm of vms) vm.stop();
    const outcomes = (await Promise.all(runs)).map(({ outcome }) => outcome);
    console.log(JSON.stringify({ code, ticks, outcomes, before, after }));
    process.exit();
  });
  while (vms.some((vm) => counts(vm)[0] === 0)) await new Promise((resolve) => setTimeout(resolve, 1));
  console.log('ready');
`;

describe('signals of the process', () => {
  it('reach its handlers while guests run, as do timers and the ends of child processes', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', MACHINE + program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async (): Promise<string> => (await lines.next()).value;
    try {
      expect(await next()).toBe('ready');
      for (let i = 0; i < 5; i++) {
        for (const signal of SIGNALS) {
          child.kill(signal);
          expect(await next()).toBe(signal);
        }
      }
      child.kill('SIGCONT');
      const { code, ticks, outcomes, before, after } = JSON.parse(await next());
      expect({ code, outcomes }).toEqual({ code: 0, outcomes: ['stopped', 'stopped'] });
      expect(ticks).toBeGreaterThan(0);
      for (const [vm, counted] of before.entries()) {
        for (const [id, count] of counted.entries()) expect(after[vm][id]).toBeGreaterThan(count);
      }
      expect(await exited).toEqual([0, null]);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
