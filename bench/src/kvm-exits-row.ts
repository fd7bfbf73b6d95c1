import { median, type Row } from './benchmark.ts';
import { cLoop, EXIT_GUESTS, type ExitGuest, libraryVm } from './kvm-guest.ts';

// One row of kvm-exits.ts, in a process of its own: node kvm-exits-row.js GUEST SLICE_MS

const WARM_UP = 10;
const ROUNDS = 75;

async function compare(guest: ExitGuest, sliceMs: number): Promise<Row> {
  const { exits, goal } = guest;
  const c = cLoop(guest);
  let sum = 0;
  const vm = libraryVm(guest, (value) => {
    sum += value;
  });
  const library = async (): Promise<number> => {
    const start = performance.now();
    const { outcome } = await vm.run({ maxExits: exits, sliceMs });
    if (outcome !== 'max-exits') throw new Error(`the guest ended with ${outcome}`);
    return (performance.now() - start) * 1e6;
  };
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let i = 0; i < WARM_UP + ROUNDS; i++) {
    ours.push((await library()) / exits);
    theirs.push(c.run(exits) / exits);
  }
  vm.dispose();
  if (sum !== 0) throw new Error('the guest wrote something else than 0');
  const ratio = median(ours.map((ns, i) => theirs[i] / ns).slice(WARM_UP));
  return {
    what: `${guest.name}, slices of ${sliceMs} ms`,
    figure: show(median(ours.slice(WARM_UP))),
    peer: `${show(median(theirs.slice(WARM_UP)))} (C)`,
    verdict: `${ratio.toFixed(3)} of C; goal ${goal}: ${ratio >= goal ? 'met' : 'missed'}`,
  };
}

function show(nanoseconds: number): string {
  return `${Math.round(1e9 / nanoseconds).toLocaleString('en')} /s (${Math.round(nanoseconds)} ns)`;
}

const [name, sliceMs] = process.argv.slice(2);
const guest = EXIT_GUESTS.find((candidate) => candidate.name === name);
if (guest === undefined) throw new Error(`there is no guest ${name}`);
process.send?.(await compare(guest, Number(sliceMs)));
