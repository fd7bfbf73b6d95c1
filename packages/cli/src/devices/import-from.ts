import { Module } from 'node:module';
import { join } from 'node:path';

/** What `Module` has beyond its documentation, for as long as there have been modules: it compiles a source text. */
interface CompilingModule {
  readonly exports: unknown;
  _compile(source: string, filename: string): unknown;
}

/** The exports of a module, by name. */
export type ModuleExports = Readonly<Record<string, unknown>>;

/** The file in whose name `importFrom` imports; it does not exist. */
export function importerIn(directory: string): string {
  return join(directory, 'picovm-device-loader.cjs');
}

/**
 * Imports a module as a file in `directory` would: a package is looked for in the `node_modules` of that folder and of
 * those above it, and not where this command is installed. The resolver of `import` takes no folder, and that of
 * `require` goes by other conditions, so the `import` stands in a module that is said to be there.
 * @param directory an absolute path
 */
export function importFrom(directory: string, specifier: string): Promise<ModuleExports> {
  const filename = importerIn(directory);
  const module = new Module(filename) as unknown as CompilingModule;
  module._compile('module.exports = (specifier) => import(specifier);', filename);
  const imported = (module.exports as (specifier: string) => Promise<ModuleExports>)(specifier);
  return new Promise((resolve, reject) => {
    // Nothing is left to happen, and the module still waits: Node would end without a word.
    const onEmpty = (): void => reject(new Error('its top-level await waits for something that never comes'));
    process.once('beforeExit', onEmpty);
    imported.then(resolve, reject).finally(() => process.off('beforeExit', onEmpty));
  });
}
