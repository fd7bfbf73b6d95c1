import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { CreateError } from './create-error.ts';
import type { Arguments } from './parse-args.ts';
import { QUESTIONS, type Question, type Settings } from './settings.ts';

/**
 * Asks for what the command line left out, and again for what was answered wrongly.
 * @param checkName throws a CreateError for a name that is right, and cannot be taken here
 * @throws CreateError if the command line is wrong, or the user ends the input
 */
export async function ask(
  args: Arguments,
  input: Readable,
  output: Writable,
  checkName: (name: string) => void,
): Promise<Settings> {
  const terminal = createInterface({ input, output });
  const lines = terminal[Symbol.asyncIterator]();
  let open = true;
  terminal.once('close', () => {
    open = false;
  });
  const known: Partial<Record<keyof Settings, string>> = {};
  try {
    for (const { setting, check } of QUESTIONS) {
      const given = args[setting];
      if (given !== undefined) known[setting] = check(given);
    }
    for (const question of QUESTIONS) known[question.setting] ??= await answerTo(question, known);
    return known as Settings;
  } finally {
    terminal.close();
  }

  async function answerTo({ setting, prompt, preset, check }: Question, known: Partial<Settings>): Promise<string> {
    const otherwise = preset(known);
    for (;;) {
      terminal.setPrompt(otherwise === undefined ? `${prompt}: ` : `${prompt} [${otherwise}]: `);
      // The input may have ended, with lines that nobody has read yet: from Node 24 on, prompt throws then.
      if (open) terminal.prompt();
      else output.write(terminal.getPrompt());
      const { value, done } = await lines.next();
      if (done) {
        output.write('\n');
        throw new CreateError('cancelled: nothing was written');
      }
      try {
        const answer = check(value.trim() || (otherwise ?? ''));
        if (setting === 'name') checkName(answer);
        return answer;
      } catch (error) {
        if (!(error instanceof CreateError)) throw error;
        output.write(`  ${error.message}\n`);
      }
    }
  }
}
