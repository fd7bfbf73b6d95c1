import { builtin } from './builtins.ts';
import { type Libc, libcOf } from './libc.ts';
import { Unavailable } from './unavailable.ts';

/** The addon, as far as it is known without loading it. */
export interface AddonFile {
  readonly path: string;
  /** How it came to be, for people: with the package, made on this machine, or named by the program. */
  readonly about: string;
}

/** What to do where no binary fits. */
export const BUILD_HINT: string =
  'build it on this machine, with a C++ compiler and `npx picovm-build-kvm` (the README of @picovm/kvm-native tells what it ' +
  'needs); or use the interpreter, @picovm/x86-interp';

/**
 * The addon to load: the one that the program names, else the one that was built on this machine, else the one in the package
 * for the C library of this process.
 * @param libc finds that C library: another one in tests
 * @throws Unavailable `addon-not-built` where the package has none
 */
export function addonFile(given: string | undefined, libc: () => Libc = libcOf): AddonFile {
  if (given !== undefined) return { path: given, about: 'named by the program' };
  const { join, dirname } = builtin('node:path');
  const root = dirname(packageManifest());
  const local = join(root, 'build/kvm-native.node');
  if (builtin('node:fs').existsSync(local)) return { path: local, about: 'built on this machine' };
  const name = libc();
  if (name === undefined) {
    const reason = '@picovm/kvm-native has addons for glibc and for musl, and this process runs on neither';
    throw new Unavailable('addon-not-built', reason, BUILD_HINT);
  }
  // Named as prebuildify names them, and node-gyp-build finds them.
  const path = join(root, `prebuilds/linux-x64/kvm-native.napi.${name}.node`);
  return { path, about: `prebuilt for ${name}` };
}

/** The addon in use, for people: its file and what it was made for. */
export function describeAddon(given: string | undefined): string {
  const { path, about } = addonFile(given);
  return `${path} (${about})`;
}

// Through the package's own name, because this code runs from the sources and from a bundle, at different places.
function packageManifest(): string {
  try {
    return builtin('node:module')
      .createRequire(import.meta.url)
      .resolve('@picovm/kvm-native/package.json');
  } catch (cause) {
    const reason = 'the files of @picovm/kvm-native cannot be found, because it was made part of another file';
    throw new Unavailable('addon-not-built', reason, 'leave @picovm/kvm-native out of the bundle', cause);
  }
}
