import type { NativeAddon } from '../native/addon.ts';
import { builtin } from './builtins.ts';
import { Unavailable } from './unavailable.ts';

const HINT =
  'in a checkout of Picovm, install a C++ compiler (Debian and Ubuntu: apt-get install g++) and run ' +
  '`node packages/kvm-native/scripts/build-native.mjs`; or use the interpreter, @picovm/x86-interp';

/**
 * Loads the addon: from `path`, or else from `prebuilds/`, where there is one for each C library.
 * @throws Unavailable `addon-not-built`
 */
export function loadAddon(path: string | undefined): NativeAddon {
  const file = path ?? prebuilt();
  if (!builtin('node:fs').existsSync(file)) {
    throw new Unavailable('addon-not-built', `the native addon of @picovm/kvm-native is not there: ${file}`, HINT);
  }
  let addon: Partial<NativeAddon> | undefined;
  let cause: unknown;
  try {
    addon = builtin('node:module').createRequire(import.meta.url)(file);
  } catch (error) {
    cause = error;
  }
  if (typeof addon?.KvmSystem !== 'function') {
    const why = cause instanceof Error ? cause.message : 'it is not the addon of this version';
    throw new Unavailable(
      'addon-not-built',
      `the native addon of @picovm/kvm-native does not load: ${why}`,
      HINT,
      cause,
    );
  }
  return addon as NativeAddon;
}

// Named as prebuildify names them, and node-gyp-build finds them. Found through the package's own name, because this code
// runs from the sources and from a bundle, at different places.
function prebuilt(): string {
  const libc = builtin('node:fs').existsSync('/etc/alpine-release') ? 'musl' : 'glibc';
  const manifest = packageManifest();
  return builtin('node:path').join(manifest, `../prebuilds/linux-x64/kvm-native.napi.${libc}.node`);
}

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
