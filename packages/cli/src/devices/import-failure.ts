import { thrownAt } from '../output/throw-site.ts';
import { importerIn } from './import-from.ts';

/** What a failed resolution says: what was looked for, and by whom. */
const NOT_FOUND = /^Cannot find (?:package|module) '([^']+)'(?: imported from (.+))?/;

/** Whether what was asked for is missing itself, and not something that it needs. */
export function isMissing(thrown: unknown, specifier: string, directory: string): boolean {
  const [, missing, importer] = NOT_FOUND.exec(messageOf(thrown)) ?? [];
  return importer === importerIn(directory) && missing === packageName(specifier);
}

/** Why a module could not be imported, as a sentence about it. */
export function importFailure(thrown: unknown, specifier: string): string {
  const code = (thrown as NodeJS.ErrnoException | undefined)?.code;
  const [message] = messageOf(thrown)
    .trim()
    .split(/\n| imported from .*picovm-device-loader/, 1);
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') {
    const [, missing = specifier] = NOT_FOUND.exec(message) ?? [];
    if (/^[./]|^[a-z]:\\|^file:/i.test(missing)) return `it lacks its file ${missing}: has it been built?`;
    const name = packageName(missing);
    return `it needs the package ${name}, which is not installed: npm install ${name}`;
  }
  if (isTypeScriptProblem(code, message)) {
    const cannot = `it is TypeScript, which Node ${process.versions.node} cannot run`;
    return stripsTypes()
      ? `${cannot} (${message}): build it to JavaScript`
      : `${cannot}: build it to JavaScript, or use Node 24`;
  }
  if (code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') return `it has no such entry point: ${message}`;
  if (thrown instanceof SyntaxError)
    return `it is no JavaScript that Node ${process.versions.node} can run: ${message}`;
  return `it threw when it was imported: ${message}${thrownAt(thrown)}`;
}

/** The package that a specifier names: `@scope/name` of `@scope/name/file`. */
function packageName(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

function isTypeScriptProblem(code: string | undefined, message: string): boolean {
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION') return /\.[cm]?tsx?\b/.test(message);
  return /^ERR_(UNSUPPORTED|INVALID)_TYPESCRIPT|^ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING/.test(code ?? '');
}

function stripsTypes(): boolean {
  return Boolean((process.features as { typescript?: unknown }).typescript);
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
