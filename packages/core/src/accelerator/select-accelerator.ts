import { messageOf, VmError } from '../errors.ts';
import type { Accelerator, Probe, Vcpu } from './accelerator.ts';

/** An accelerator that was looked at, and what its probe said. */
export interface ProbedAccelerator<A> {
  /** The candidate. */
  readonly accelerator: A;
  /** What it said. */
  readonly probe: Probe;
}

/** What {@link selectAccelerator} found. */
export interface AcceleratorSelection<A> {
  /** The pick. */
  readonly accelerator: A;
  /** What its probe said. */
  readonly probe: Extract<Probe, { available: true }>;
  /** Why this one, in a sentence that also names what was passed over. */
  readonly reason: string;
  /** All candidates, in the order given. */
  readonly candidates: readonly ProbedAccelerator<A>[];
}

/**
 * Picks the first of `candidates` that can run here and is a good choice here; else the first that can run.
 * @throws VmError `ERR_NO_ACCELERATOR`, naming each candidate's reason and hint
 */
export async function selectAccelerator<A extends Accelerator<V>, V extends Vcpu = Vcpu>(
  candidates: readonly A[],
): Promise<AcceleratorSelection<A>> {
  const probed = await Promise.all(
    candidates.map(async (accelerator) => ({ accelerator, probe: await probe(accelerator) })),
  );
  const available = probed.filter(isAvailable);
  const pick = available.find(({ probe }) => probe.preferred !== false) ?? available[0];
  if (pick === undefined) {
    const reasons = probed.map((candidate) => why(candidate) + hint(candidate.probe));
    throw new VmError('ERR_NO_ACCELERATOR', `no accelerator can run here: ${reasons.join('; ') || 'none was given'}`, {
      candidates: probed.map(({ accelerator, probe }) => ({ name: accelerator.name, ...probe })),
    });
  }
  // What comes behind a good choice was not passed over: it was never its turn.
  const good = pick.probe.preferred !== false;
  const passedOver = probed.filter((other, i) => other !== pick && (!good || i < probed.indexOf(pick)));
  const reason = passedOver.length === 0 ? `${pick.accelerator.name} can run here` : passedOver.map(why).join('; ');
  return { accelerator: pick.accelerator, probe: pick.probe, reason, candidates: probed };
}

// A probe must not reject; one that does all the same must not take the other candidates with it.
async function probe(accelerator: Accelerator): Promise<Probe> {
  try {
    return await accelerator.probe();
  } catch (error) {
    return { available: false, code: 'probe-failed', reason: `its probe failed: ${messageOf(error)}` };
  }
}

function isAvailable<A>(candidate: ProbedAccelerator<A>): candidate is {
  accelerator: A;
  probe: Extract<Probe, { available: true }>;
} {
  return candidate.probe.available;
}

function why({ accelerator, probe }: ProbedAccelerator<Accelerator>): string {
  return `${accelerator.name}: ${probe.available ? (probe.note ?? 'available') : probe.reason}`;
}

function hint(probe: Probe): string {
  return probe.available || probe.hint === undefined ? '' : ` (${probe.hint})`;
}
