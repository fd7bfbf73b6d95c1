import { type AddonFile, BUILD_HINT } from './addon-file.ts';
import { glibcVersion } from './libc.ts';
import { Unavailable } from './unavailable.ts';

const REINSTALL: string =
  'install @picovm/kvm-native again (in a checkout of Picovm: `npm run build:addon`, with a C++ compiler); or ' +
  BUILD_HINT;

/** An addon that is not there or cannot be one: `problem` completes a sentence that begins with the addon. */
export function badFile(file: AddonFile, problem: string): Unavailable {
  return unavailable(file, problem, REINSTALL);
}

/** An addon that does not load, from what Node says of it. */
export function loadFailure(file: AddonFile, cause: unknown): Unavailable {
  const said = cause instanceof Error ? cause.message : String(cause);
  // As glibc's dynamic linker says it.
  const [, wanted] = /version [`'](\w+_[\d.]+)' not found/.exec(said) ?? [];
  if (wanted === undefined) return unavailable(file, `does not load (${said})`, BUILD_HINT, cause);
  const version = glibcVersion();
  const has = version === undefined ? '' : `, and this process runs on glibc ${version}`;
  return unavailable(file, `does not load: it needs ${wanted.replace('_', ' ')}${has}`, BUILD_HINT, cause);
}

function unavailable(file: AddonFile, problem: string, hint: string, cause?: unknown): Unavailable {
  const reason = `the native addon of @picovm/kvm-native, ${file.about}, ${problem}: ${file.path}`;
  return new Unavailable('addon-not-built', reason, hint, cause);
}
