import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { formKey, verdictOf } from '../hardware/forms.test-util.ts';
import { type InstructionForm, opcodes } from '../isa/opcodes.ts';
import { capturedForms, icedForms, isImplemented } from './judges.test-util.ts';
import type { Note } from './notes.test-util.ts';

/** What tells right from wrong, by the test files that ask it. */
const JUDGES: readonly (readonly [name: string, files: RegExp])[] = [
  ['captures', /\/conformance\.test\.ts$/],
  ['processor', /\/hardware(\.\w+)?\.test\.ts$/],
  ['TestFloat', /\/testfloat\.test\.ts$/],
];
/** Files that execute nothing, or random code. */
const NO_TESTS = /\/(iced|encodings|fuzz|decode)\/|\/watched\.test\.ts$/;

/** How a form is covered. */
interface Row {
  readonly key: string;
  readonly implemented: boolean;
  /** Judges of what it does. */
  readonly judges: readonly string[];
  readonly decoded: boolean;
  /** Files of tests that execute it. */
  readonly tests: readonly string[];
  /** Why no judge looks at it. */
  readonly reason: string;
}

/** The coverage of each form of the opcode table, as lines, and how many forms are executed by no judge and no test. */
export function report(notes: string): { lines: string[]; untested: number } {
  const files = readNotes(notes);
  const judged = new Map(JUDGES.map(([name, pattern]) => [name, formsOf(files, (file) => pattern.test(file))]));
  const captured = capturedForms();
  const decoded = icedForms();
  const rows = opcodes().map((form): Row => {
    const key = formKey(form);
    const judges = JUDGES.map(([name]) => name).filter((name) => {
      // A file of captures executes other instructions on the way.
      return (
        judged.get(name)?.has(key) &&
        (name !== 'captures' || captured.has(key)) &&
        (name !== 'processor' || isJudged(form))
      );
    });
    return {
      key,
      implemented: isImplemented(form),
      judges,
      decoded: decoded.has(key),
      tests: files
        .filter(({ file, forms }) => isTest(file) && forms.has(key))
        .map(({ file }) => basename(file, '.test.ts')),
      reason: verdictOf(form).reason,
    };
  });
  return { lines: [...rows.map(lineOf), '', ...summary(rows)], untested: rows.filter(isUntested).length };
}

interface ExecutedForms {
  readonly file: string;
  readonly forms: ReadonlySet<string>;
}

function readNotes(folder: string): ExecutedForms[] {
  return readdirSync(folder).map((name) => {
    const { file, forms } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Note;
    return { file, forms: new Set(forms) };
  });
}

function formsOf(files: readonly ExecutedForms[], wanted: (file: string) => boolean): Set<string> {
  return new Set(files.filter(({ file }) => wanted(file)).flatMap(({ forms }) => [...forms]));
}

function isTest(file: string): boolean {
  return !NO_TESTS.test(file) && !JUDGES.some(([, pattern]) => pattern.test(file));
}

function isJudged(form: InstructionForm): boolean {
  return verdictOf(form).kind === 'judged';
}

function isUntested({ judges, tests }: Row): boolean {
  return judges.length === 0 && tests.length === 0;
}

function lineOf(row: Row): string {
  const { key, implemented, judges, decoded, tests, reason } = row;
  const by = [...judges, ...(decoded ? ['decoded: iced-x86'] : [])];
  if (judges.length === 0) by.push(tests.length > 0 ? `tests: ${tests.join(', ')}` : 'no test');
  const why = judges.length === 0 && reason !== '' ? ` (${reason})` : '';
  return `${key.replace(' undefined ', ' ').padEnd(36)} ${implemented ? 'implemented' : 'MISSING'}; ${by.join('; ')}${why}`;
}

function summary(rows: readonly Row[]): string[] {
  const count = (is: (row: Row) => boolean): string => {
    const found = rows.filter(is).length;
    return `${found} of ${rows.length} (${((100 * found) / rows.length).toFixed(1)} %)`;
  };
  const untested = rows.filter(isUntested);
  return [
    `implemented: ${count(({ implemented }) => implemented)}`,
    `decoded as iced-x86 does: ${count(({ decoded }) => decoded)}`,
    ...JUDGES.map(([name]) => `judged by ${name}: ${count(({ judges }) => judges.includes(name))}`),
    `judged by any of these: ${count(({ judges }) => judges.length > 0)}`,
    `by tests alone: ${count(({ judges, tests }) => judges.length === 0 && tests.length > 0)}`,
    ...rows.filter(({ judges, tests }) => judges.length === 0 && tests.length > 0).map((row) => `  ${lineOf(row)}`),
    `executed by no judge and no test: ${untested.length}`,
    ...untested.map(({ key }) => `  ${key}`),
  ];
}
