import { expect, test } from 'vitest';
import { opcodes } from '../isa/opcodes.ts';
import { formKey, hardwareForms, REFUSED, UNJUDGED, verdictOf } from './forms.test-util.ts';
import { judgeAll } from './hardware.test-util.ts';

test('each form of the opcode table is judged by a processor, or listed with a reason', () => {
  const kinds = { judged: 0, refused: 0, listed: 0 };
  for (const form of opcodes()) {
    const { kind, reason } = verdictOf(form);
    kinds[kind]++;
    if (kind !== 'judged') expect(reason, formKey(form)).not.toBe('');
  }
  expect(kinds.judged).toBe(hardwareForms().size);
  expect(kinds.judged + kinds.refused + kinds.listed).toBe(opcodes().length);
  // No reason is there for nothing.
  for (const { forms } of [...UNJUDGED, ...REFUSED]) {
    expect(
      opcodes().filter((form) => forms.test(formKey(form))),
      forms.source,
    ).not.toEqual([]);
  }
});

test('each form does what the processor of this machine does', { timeout: 120_000 }, (context) => {
  judgeAll(context, 60, 1);
});
