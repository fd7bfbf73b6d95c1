import type * as NodeFs from 'node:fs';
import type * as NodeModule from 'node:module';
import type * as NodePath from 'node:path';

interface Builtins {
  'node:fs': typeof NodeFs;
  'node:module': typeof NodeModule;
  'node:path': typeof NodePath;
}

/**
 * A module of Node, asked for at run time. Not imported, because this package may end up in a bundle for a browser,
 * where importing it must not throw. Only called after `platform` was seen to be Linux.
 */
export function builtin<K extends keyof Builtins>(name: K): Builtins[K] {
  return process.getBuiltinModule(name) as unknown as Builtins[K];
}
