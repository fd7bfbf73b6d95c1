import { parseArgs as nodeParseArgs } from 'node:util';
import { UsageError } from '../usage-error.ts';
import type { OptionSpec } from './option-table.ts';

/** The value of one option: switches are booleans, options that may be repeated are lists. */
type OptionValue<S extends OptionSpec> = S extends { multiple: true }
  ? string[]
  : S extends { value: string }
    ? string
    : boolean;

/** Options by name, as the command line gave them. */
export type OptionValues<T extends Record<string, OptionSpec>> = { [K in keyof T]?: OptionValue<T[K]> };

/** What a command line says. */
export interface ParsedArgs<T extends Record<string, OptionSpec>> {
  readonly options: OptionValues<T>;
  readonly operands: readonly string[];
  /** All options in the order of the command line; a switch has an empty text. */
  readonly inOrder: readonly GivenOption[];
}

/** One option as it was given. */
export interface GivenOption {
  readonly name: string;
  readonly text: string;
}

/**
 * Reads a command line by the table of its options.
 * @throws UsageError naming the option that is unknown, lacks its value, or is given twice
 */
export function parseArgs<T extends Record<string, OptionSpec>>(
  command: string,
  args: readonly string[],
  table: T,
): ParsedArgs<T> {
  const options = Object.fromEntries(
    Object.entries<OptionSpec>(table).map(([name, { value, multiple }]) => {
      return [
        name,
        { type: value === undefined ? ('boolean' as const) : ('string' as const), multiple: multiple ?? false },
      ];
    }),
  );
  const hint = `see 'picovm ${command} --help'`;
  const { tokens } = nodeParseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  const values: Record<string, unknown> = {};
  const operands: string[] = [];
  const inOrder: GivenOption[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const spec: OptionSpec | undefined = Object.hasOwn(table, token.name) ? table[token.name] : undefined;
    if (spec === undefined) throw new UsageError(`unknown option ${token.rawName}: ${hint}`);
    const takesValue = spec.value !== undefined;
    // A value that looks like an option is one: the value was forgotten.
    const missing = takesValue && (token.value === undefined || (!token.inlineValue && token.value.startsWith('--')));
    if (missing) throw new UsageError(`${token.rawName} needs a value, ${spec.value}: ${hint}`);
    if (!takesValue && token.value !== undefined) throw new UsageError(`${token.rawName} takes no value: ${hint}`);
    inOrder.push({ name: token.name, text: token.value ?? '' });
    if (spec.multiple) values[token.name] = [...((values[token.name] as string[] | undefined) ?? []), token.value];
    else if (token.name in values) throw new UsageError(`${token.rawName} is given twice: ${hint}`);
    else values[token.name] = takesValue ? token.value : true;
  }
  return { options: values as OptionValues<T>, operands, inOrder };
}

/**
 * One of a fixed set of words.
 * @throws UsageError listing them
 */
export function oneOf<const T extends string>(text: string, what: string, choices: readonly T[]): T {
  const choice = choices.find((word) => word === text);
  if (choice === undefined) throw new UsageError(`${what}: unknown '${text}': it is one of ${choices.join(', ')}`);
  return choice;
}

/** What `parse` makes of an option's text, if the option was given. */
export function given<T>(text: string | undefined, parse: (text: string) => T): T | undefined {
  return text === undefined ? undefined : parse(text);
}
