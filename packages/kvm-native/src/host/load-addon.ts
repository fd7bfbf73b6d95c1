import type { NativeAddon } from '../native/addon.ts';
import { addonFile } from './addon-file.ts';
import { builtin } from './builtins.ts';
import { elfProblem } from './elf-head.ts';
import { badFile, loadFailure } from './load-failure.ts';

/**
 * Loads the addon: from `path`, or else the one that `addonFile` finds.
 * @throws Unavailable `addon-not-built`
 */
export function loadAddon(path: string | undefined): NativeAddon {
  const file = addonFile(path);
  if (!builtin('node:fs').existsSync(file.path)) throw badFile(file, 'is not there');
  const problem = file.path.endsWith('.node') ? elfProblem(file.path) : undefined;
  if (problem !== undefined) throw badFile(file, problem);
  let addon: Partial<NativeAddon> | undefined;
  try {
    addon = builtin('node:module').createRequire(import.meta.url)(file.path);
  } catch (error) {
    throw loadFailure(file, error);
  }
  if (typeof addon?.KvmSystem !== 'function') throw badFile(file, 'is not the addon of this version');
  return addon as NativeAddon;
}
