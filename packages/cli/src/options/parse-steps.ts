import { UsageError } from '../usage-error.ts';
import type { GivenOption } from './parse-args.ts';
import { parseDuration } from './parse-number.ts';
import { SESSION_OPTIONS } from './pc-options.ts';
import { type TypedPart, unescapeBytes, unescapeWithKeys } from './unescape.ts';

/** One step of a scripted session. */
export type Step =
  | { readonly option: 'wait-for'; readonly text: string }
  | { readonly option: 'pause'; readonly text: string; readonly milliseconds: number }
  | { readonly option: 'type'; readonly text: string; readonly parts: readonly TypedPart[] }
  | { readonly option: 'send'; readonly text: string; readonly bytes: Uint8Array };

/** The steps of a session, in the order in which they were given. @throws UsageError naming what cannot be read */
export function parseSteps(options: readonly GivenOption[]): Step[] {
  return options.filter(({ name }) => Object.hasOwn(SESSION_OPTIONS, name)).map(parseStep);
}

function parseStep({ name, text }: GivenOption): Step {
  if (text === '') throw new UsageError(`--${name}: there is no text`);
  switch (name) {
    case 'type':
      return { option: 'type', text, parts: unescapeWithKeys(text, '--type') };
    case 'send':
      return { option: 'send', text, bytes: unescapeBytes(text, '--send') };
    case 'pause':
      return { option: 'pause', text, milliseconds: parseDuration(text, '--pause') };
    default:
      return { option: 'wait-for', text };
  }
}
