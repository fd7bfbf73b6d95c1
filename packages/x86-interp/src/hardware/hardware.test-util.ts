import { expect, type TestContext } from 'vitest';
import { opcodes } from '../isa/opcodes.ts';
import { buildDriver } from './driver.test-util.ts';
import { formKey, verdictOf } from './forms.test-util.ts';
import { type FxKind, fxKind } from './fx.test-util.ts';
import { judge } from './judge.test-util.ts';

/** Instructions whose whole effect is an exception. */
const RAISES = /^(UD[012]|INT|INT1|INT3)$/;
const SHOWN = 5;

/**
 * Judges every form that there is by the processor of this machine. Skips the test, loudly, where that cannot be.
 * @param count cases a form
 * @param kind only forms that work with such registers
 */
export function judgeAll(context: TestContext, count: number, seed: number, kind?: FxKind): void {
  const driver = buildDriver();
  if (typeof driver === 'string') {
    console.warn(`instructions are NOT compared with a processor: ${driver}`);
    context.skip(driver);
    return;
  }
  const all = opcodes().filter((form) => kind === undefined || fxKind(form) === kind);
  const verdicts = new Map(all.map((form) => [form, verdictOf(form, driver.features)]));
  for (const [form, { reason }] of verdicts) {
    if (reason.startsWith('the processor of this machine')) console.warn(`NOT judged: ${formKey(form)}, ${reason}`);
  }
  const judged = all.filter((form) => verdicts.get(form)?.kind !== 'listed');
  const judgements = judge(driver, judged, count, seed);
  expect(judgements.flatMap(({ differences }) => differences.slice(0, SHOWN))).toEqual([]);
  expect(judgements.map(({ form }) => form)).toEqual(judged);
  for (const { form, cases, exceptions } of judgements) {
    const key = formKey(form);
    expect(cases, key).toBe(count);
    // What always ends in an exception is known, and nothing else does.
    const always = RAISES.test(form.mnemonic) || verdicts.get(form)?.kind === 'refused';
    expect(exceptions === cases, `${key}: ${exceptions} of ${cases} cases ended in an exception`).toBe(always);
  }
}
