import { delimiter, sep } from 'node:path';

// What this repository's own npm and vitest leave behind: with it, npm would take settings of this repository for the
// user's.
const OURS =
  /^(npm_(package|lifecycle|config_(local_)?prefix|execpath|command|node_execpath)|PICOVM_|VITEST|TEST$|INIT_CWD$|NODE_(ENV|PATH|OPTIONS)$|PNPM_|TURBO_)/;

/** No output but what was asked for, and a download that stalls is tried again before the test's time is up. */
const NPM_SETTINGS = {
  npm_config_update_notifier: 'false',
  npm_config_fund: 'false',
  npm_config_audit: 'false',
  npm_config_fetch_timeout: '20000',
  npm_config_fetch_retries: '4',
  npm_config_fetch_retry_mintimeout: '1000',
  npm_config_fetch_retry_maxtimeout: '5000',
};

/**
 * The environment of somebody who has never heard of this repository: nothing on the PATH that comes from a `node_modules`
 * folder but the running Node, and none of the variables that npm and vitest have set.
 */
export function userEnvironment(extra: Record<string, string> = {}): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !OURS.test(name)) env[name] = value;
  }
  const nodeDir = process.execPath.slice(0, process.execPath.lastIndexOf(sep));
  const path = (process.env.PATH ?? '').split(delimiter).filter((dir) => !dir.includes('node_modules'));
  env.PATH = [nodeDir, ...path].join(delimiter);
  return { ...env, ...NPM_SETTINGS, ...extra };
}
