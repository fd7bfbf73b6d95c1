type AnyFunction = (...args: never[]) => unknown;

/** What a host has to tell the time, or to be woken. */
const FUNCTIONS: readonly (readonly [object: string, name: string])[] = [
  ['performance', 'now'],
  ['process', 'hrtime'],
  ['globalThis', 'setTimeout'],
  ['globalThis', 'setInterval'],
  ['globalThis', 'setImmediate'],
  ['globalThis', 'requestAnimationFrame'],
];

/**
 * Does something synchronous, and tells which of the host's clocks and timers were used by it: `Date.now`,
 * `performance.now`, ... Functions that somebody took aside before are not seen.
 */
export function hostClocksUsedBy(act: () => void): string[] {
  const used = new Set<string>();
  const restores = [watchDate(used), ...FUNCTIONS.map(([object, name]) => watchFunction(used, object, name))];
  try {
    act();
  } finally {
    for (const restore of restores) restore();
  }
  return [...used];
}

function watchFunction(used: Set<string>, objectName: string, name: string): () => void {
  const object = (globalThis as unknown as Record<string, Record<string, AnyFunction> | undefined>)[objectName];
  const original = object?.[name];
  if (object === undefined || typeof original !== 'function') return () => {};
  const label = objectName === 'globalThis' ? name : `${objectName}.${name}`;
  return replace(object, name, noting(used, label, original));
}

function watchDate(used: Set<string>): () => void {
  const now = noting(used, 'Date.now', Date.now);
  const watched = new Proxy(Date, {
    get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
    construct: (target, args, newTarget) => {
      if (args.length === 0) used.add('new Date');
      return Reflect.construct(target, args, newTarget);
    },
    apply: (target) => {
      used.add('Date');
      return target();
    },
  });
  return replace(globalThis, 'Date', watched);
}

function noting(used: Set<string>, label: string, original: AnyFunction): AnyFunction {
  return new Proxy(original, {
    apply: (target, self, args) => {
      used.add(label);
      return Reflect.apply(target, self, args);
    },
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? noting(used, label, value as AnyFunction) : value;
    },
  });
}

// Some of them stand in a prototype: there they come back when the own property is gone.
function replace(object: object, name: string, value: unknown): () => void {
  const own = Object.getOwnPropertyDescriptor(object, name);
  Object.defineProperty(object, name, { value, configurable: true, writable: true });
  return () => {
    if (own === undefined) delete (object as Record<string, unknown>)[name];
    else Object.defineProperty(object, name, own);
  };
}
