import type { DeviceOption } from '@picovm/core';
import { fail, show } from '../../check.ts';
import { firstDifference } from '../../difference.ts';
import { type Action, describeAction, type Outcome } from '../accesses.ts';
import type { Bench } from '../bench.ts';
import type { DeviceCase } from '../device-case.ts';
import { FAILING, type HostFailing, HostFailure } from '../host/failing-host.ts';
import { HostFunctions } from '../host/host-functions.ts';
import { withRejections } from '../host/rejections.ts';
import { stir } from '../stir.ts';
import type { Subject } from '../subject.ts';

const ACCESSES = 3000;
const TURNS = 3;
const CATCH = 'catch what functions of the host throw, and handle the promises that they give';
const REPORT = 'if the guest is to notice that its host failed, say reportsFailures: true';

/** A host that fails, in every way in which it can. */
export const failingBackendCase: DeviceCase = {
  name: 'goes on when its host fails it',
  appliesTo: ({ manifest, settings }) => {
    return (
      manifest === undefined || settings.backend !== undefined || Object.values(manifest.options).some(isOfTheHost)
    );
  },
  async run(subject, skip) {
    const host = new HostFunctions(subject, skip);
    await drive(subject, [subject.bench(host.working())], () => {});
    for (const failing of FAILING) {
      await checkGoesOn(subject, host, failing);
      if (host.called === undefined && failing === FAILING[0]) {
        return skip('no access called the host: pass `exercise`');
      }
    }
  },
};

async function checkGoesOn(subject: Subject, host: HostFunctions, failing: HostFailing): Promise<void> {
  const failures = host.failing(failing);
  if (Object.keys(failures).length === 0) return;
  host.called = undefined;
  const say = (called: HostFailure | undefined): string => {
    const place = called?.place === undefined ? '' : `, called at ${called.place}`;
    return `a host whose ${called?.option ?? 'function'} ${failing.way}${place}`;
  };
  let difference: string | undefined;
  const compare = (action: Action, [right, seen]: readonly Outcome[]): void => {
    if (subject.settings.reportsFailures || Object.is(seen, right) || difference !== undefined) return;
    const found = firstDifference(seen, right);
    if (found === undefined) return;
    const { path, actual, expected } = found;
    const where = path === '' ? '' : ` at ${path}`;
    difference =
      `${say(host.called)}: ${describeAction(action)}${where}: expected ${show(expected)} as of a host that works, ` +
      `got ${show(actual)}: ${REPORT}`;
  };
  const benches = [subject.bench(host.working()), subject.bench(failures)] as const;
  let unhandled: HostFailure[];
  try {
    unhandled = await withRejections(isHostFailure, () => drive(subject, benches, compare));
  } catch (cause) {
    throw new Error(`${say(host.called)}: ${(cause as Error).message}: ${CATCH}`, { cause });
  }
  if (unhandled.length > 0) {
    fail(
      `${say(unhandled[0])}: nobody handles ${unhandled.length} promises of it, each of which ends a process: ${CATCH}`,
    );
  }
  if (difference !== undefined) fail(difference);
}

// Uses devices alike, over some turns of the event loop.
async function drive(
  subject: Subject,
  benches: readonly [Bench, ...Bench[]],
  take: Parameters<typeof stir>[3],
): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) {
    stir(benches, subject.random(180 + turn), ACCESSES / TURNS, take);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  for (const { machine } of benches) machine.dispose();
}

function isOfTheHost({ type }: DeviceOption): boolean {
  return type === 'function' || type === 'object';
}

function isHostFailure(reason: unknown): reason is HostFailure {
  return reason instanceof HostFailure;
}
