import type { DeviceOption } from '@picovm/core';
import { checkEqual, fail } from '../../check.ts';
import type { Skip } from '../../runner.ts';
import type { Outcome } from '../accesses.ts';
import type { DeviceCase } from '../device-case.ts';
import { withRejections } from '../host/rejections.ts';
import type { Given, Subject } from '../subject.ts';

const ACCESSES = 3000;

/** A host that fails, in every way in which it can. */
export const failingBackendCase: DeviceCase = {
  name: 'goes on when its host fails it',
  appliesTo: ({ manifest, settings }) => {
    return (
      manifest === undefined || settings.backend !== undefined || Object.values(manifest.options).some(isOfTheHost)
    );
  },
  async run(subject, skip) {
    const failure = new Error('the host fails');
    let calls = 0;
    const counting = (act: () => unknown) => () => {
      calls++;
      return act();
    };
    const healthy = await drive(
      subject,
      optionsWith(
        subject,
        skip,
        counting(() => undefined),
      ),
      failure,
      'works',
    );
    if (calls === 0) return skip('no access called the host: pass `exercise`');
    const ways: readonly (readonly [string, () => unknown])[] = [
      [
        'throws',
        () => {
          throw failure;
        },
      ],
      [
        'throws undefined',
        () => {
          throw undefined;
        },
      ],
      ['rejects', () => Promise.reject(failure)],
      ['never answers', () => new Promise(() => {})],
    ];
    for (const [way, act] of ways) {
      const seen = await drive(subject, optionsWith(subject, skip, act), failure, way);
      if (subject.settings.reportsFailures) continue;
      checkEqual(seen, healthy, `what the guest reads when the host ${way}, beside a host that works`);
    }
  },
};

// What a guest sees of a device with such a host, over some turns of the event loop.
async function drive(subject: Subject, options: Given, failure: Error, way: string): Promise<Outcome[]> {
  const bench = subject.bench(options);
  const seen: Outcome[] = [];
  const rejections = await withRejections(failure, async () => {
    for (let turn = 0; turn < 3; turn++) {
      try {
        seen.push(...bench.stir(subject.random(180 + turn), ACCESSES / 3));
      } catch (cause) {
        throw new Error(`a host that ${way}: ${(cause as Error).message}`, { cause });
      }
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  });
  if (rejections > 0) {
    fail(`a host that ${way}: ${rejections} rejected promises that nobody handles, each of which ends a process`);
  }
  bench.machine.dispose();
  return seen;
}

function optionsWith(subject: Subject, skip: Skip, fn: () => unknown): Given {
  const { backend } = subject.settings;
  if (backend !== undefined) return backend(fn) as Given;
  const { manifest } = subject;
  if (manifest === undefined) return skip('the factory has no manifest: pass `backend`');
  const functions = Object.entries(manifest.options).filter(([, { type }]) => type === 'function');
  if (functions.length === 0) return skip('its functions of the host are inside of objects: pass `backend`');
  return Object.fromEntries(functions.map(([name]) => [name, fn]));
}

function isOfTheHost({ type }: DeviceOption): boolean {
  return type === 'function' || type === 'object';
}
