// Documents that are played as a reader would: the files that they show are written, the commands are run, and what the
// document says that they print is compared with what they print.

/** A step of a document, and the line on which its block begins. */
export type Step = { readonly line: number } & (
  | { readonly kind: 'file'; readonly path: string; readonly text: string }
  | { readonly kind: 'commands'; readonly lines: readonly string[] }
  | { readonly kind: 'output'; readonly lines: readonly string[] }
);

const FENCE = /^```(\w*)\n(.*?)^```$/gms;
const PATH_COMMENT = /^(?:\/\/|#) (\S+\.\w+)\n/;
const CODE = ['js', 'mjs', 'ts', 'json', 'yaml'];

/**
 * The steps of a document in Markdown: its fenced blocks, in order.
 * - `js`, `ts`, `json`, `yaml`: a file, whose path is the comment in the first line (for JSON: `// path` too, left out of
 *   the file). All code has one, so that no code goes untested.
 * - `sh`: commands, one a line
 * - `text`: what the commands before print. `…` stands for anything, and alone in a line for any lines.
 * Throws an Error naming the line of a block that is none of these.
 */
export function stepsOf(markdown: string): Step[] {
  return [...markdown.matchAll(FENCE)].map((match): Step => {
    const [, language, text] = match;
    const line = markdown.slice(0, match.index).split('\n').length;
    if (language === 'sh') return { kind: 'commands', line, lines: commandsOf(text) };
    if (language === 'text') return { kind: 'output', line, lines: text.trimEnd().split('\n') };
    const path = PATH_COMMENT.exec(text)?.[1];
    if (!CODE.includes(language) || path === undefined) {
      throw new Error(`line ${line}: a '${language}' block without a path in its first line cannot be tested`);
    }
    return { kind: 'file', line, path, text: language === 'json' ? text.replace(PATH_COMMENT, '') : text };
  });
}

function commandsOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** Whether a command printed what a document says, and if not, the first line that it lacks. */
export function missingLine(expected: readonly string[], printed: string): string | undefined {
  const lines = printed.split('\n').map((line) => line.trimEnd());
  let at = 0;
  let skipping = false;
  for (const line of expected) {
    if (line.trim() === '…') {
      skipping = true;
      continue;
    }
    const pattern = lineAsPattern(line.trimEnd());
    const found = lines.findIndex((printedLine, i) => i >= at && pattern.test(printedLine));
    if (found < 0 || (found > at && !skipping)) return line;
    at = found + 1;
    skipping = false;
  }
  const rest = lines.slice(at).find((line) => line !== '');
  return skipping || rest === undefined ? undefined : `nothing after that, but it prints: ${rest}`;
}

function lineAsPattern(line: string): RegExp {
  const quoted = line.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${quoted.join('.*')}$`);
}
