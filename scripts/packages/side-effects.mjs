// Whether importing a package does something by itself. `sideEffects: false` is a promise which bundlers take on trust, so
// it is tried out: node side-effects.mjs SPECIFIER, in the folder whose node_modules has the package. Prints what changed.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [specifier] = process.argv.slice(2);
const resolve = createRequire(join(process.cwd(), 'from-here.js')).resolve;
const shared = [
  globalThis, process, Object.prototype, Function.prototype, Array.prototype, String.prototype, Number.prototype,
  BigInt.prototype, Promise.prototype, Map.prototype, Set.prototype, Uint8Array.prototype, Error, Error.prototype,
  Symbol, EventTarget.prototype, console,
]; // biome-ignore format: a word a line would fill the page

/** Getters stay untouched: Node makes some of its globals when they are first asked for. */
const look = () => {
  const values = shared.flatMap((object, i) =>
    Reflect.ownKeys(object).map(
      (key) =>
        /** @type {[string, unknown]} */ ([`${i}.${String(key)}`, Object.getOwnPropertyDescriptor(object, key)?.value]),
    ),
  );
  const listeners = process.eventNames().map((event) => [`on ${String(event)}`, process.listenerCount(event)]);
  const open = process.getActiveResourcesInfo().map((kind, i) => [`open ${i}`, kind]);
  return new Map(/** @type {[string, unknown][]} */ ([...values, ...listeners, ...open]));
};

const before = look();
await import(pathToFileURL(resolve(specifier)).href);
const after = look();
for (const key of new Set([...before.keys(), ...after.keys()])) {
  if (!Object.is(before.get(key), after.get(key))) console.log(key);
}
