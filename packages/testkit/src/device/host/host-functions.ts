import type { Skip } from '../../runner.ts';
import type { Given, Subject } from '../subject.ts';
import { type HostFailing, HostFailure } from './failing-host.ts';

type HostFunction = (...args: unknown[]) => unknown;

/** From so many calls on, where the device called from is not looked up any more: that takes long. */
const TRACED_CALLS = 200;

/** The functions of the host that a device is given, and that fail. */
export class HostFunctions {
  /** The last of them that was called, by its option; undefined if none was. */
  called: HostFailure | undefined;
  readonly #subject: Subject;
  readonly #skip: Skip;
  /** Options whose functions answered with something at once. A host in whose place a promise comes is another matter. */
  readonly #synchronous = new Set<string>();

  constructor(subject: Subject, skip: Skip) {
    this.#subject = subject;
    this.#skip = skip;
  }

  /** Those of the test, as a host that works; watched for what they answer with. */
  working(): Given {
    const given = this.#functionOptions().flatMap((name): [string, HostFunction][] => {
      const fn = this.#subject.options[name] as HostFunction | undefined;
      return fn === undefined ? [] : [[name, this.#watched(name, fn)]];
    });
    return Object.fromEntries(given);
  }

  /** In place of all of them: those of a host that fails. */
  failing({ promises, act }: HostFailing): Given {
    const fail = (option: string): (() => unknown) => {
      let calls = 0;
      let failure: HostFailure | undefined;
      const fn = (): unknown => {
        if (failure === undefined || calls++ < TRACED_CALLS) failure = new HostFailure(option, fn);
        this.called = failure;
        return act(failure);
      };
      return fn;
    };
    const { backend } = this.#subject.settings;
    if (backend !== undefined) return backend(fail('a function of `backend`')) as Given;
    const failing = this.#functionOptions().filter((name) => !promises || !this.#synchronous.has(name));
    return Object.fromEntries(failing.map((name) => [name, fail(`\`${name}\``)]));
  }

  #watched(name: string, fn: HostFunction): HostFunction {
    return (...args) => {
      const answer = fn(...args);
      const isPromise = typeof (answer as { then?: unknown } | null | undefined)?.then === 'function';
      if (answer !== undefined && !isPromise) this.#synchronous.add(name);
      return answer;
    };
  }

  #functionOptions(): string[] {
    const { manifest, settings } = this.#subject;
    if (settings.backend !== undefined) return [];
    if (manifest === undefined) return this.#skip('the factory has no manifest: pass `backend`');
    const functions = Object.entries(manifest.options).filter(([, { type }]) => type === 'function');
    if (functions.length === 0) return this.#skip('its functions of the host are inside of objects: pass `backend`');
    return functions.map(([name]) => name);
  }
}
