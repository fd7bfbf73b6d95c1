import { Random } from '@picovm/testkit';
import type { InstructionForm } from '../isa/opcodes.ts';
import { Case } from './case.test-util.ts';
import { compare } from './compare.test-util.ts';
import type { Driver } from './driver.test-util.ts';
import { formKey } from './forms.test-util.ts';
import { fxKind } from './fx.test-util.ts';
import { generate } from './generate.test-util.ts';
import { Interpreter } from './interpreter.test-util.ts';
import { IN, IN_BYTES, OUT_BYTES } from './layout.test-util.ts';
import { Outcome } from './outcome.test-util.ts';

/** What came of the cases of a form. */
export interface Judgement {
  readonly form: InstructionForm;
  readonly cases: number;
  /** How many of them the processor ended in an exception. */
  readonly exceptions: number;
  /** What is different, a line a case. */
  readonly differences: readonly string[];
}

/** About as many cases go to the driver at once. */
const BATCH = 8192;

/** Judges forms by `count` random cases each. */
export function judge(driver: Driver, forms: readonly InstructionForm[], count: number, seed: number): Judgement[] {
  const perBatch = Math.max(Math.floor(BATCH / count), 1);
  const judgements: Judgement[] = [];
  for (let first = 0; first < forms.length; first += perBatch) {
    judgements.push(...judgeBatch(driver, forms.slice(first, first + perBatch), count, seed));
  }
  return judgements;
}

function judgeBatch(driver: Driver, forms: readonly InstructionForm[], count: number, seed: number): Judgement[] {
  const cases = new Uint8Array(forms.length * count * IN_BYTES);
  forms.forEach((form, i) => {
    const c = new Case(cases, new Random(seedOf(formKey(form)) + seed));
    for (let n = 0; n < count; n++) generate(c, i * count + n, form);
  });
  const answers = driver.run(cases);
  const interpreter = new Interpreter();
  const got = new Uint8Array(OUT_BYTES);
  return forms.map((form, i) => {
    const differences: string[] = [];
    const fx = fxKind(form) !== 'none';
    let exceptions = 0;
    for (let n = i * count; n < (i + 1) * count; n++) {
      const input = cases.subarray(n * IN_BYTES, (n + 1) * IN_BYTES);
      interpreter.run(input, got, fx);
      const outcome = new Outcome(form, input, answers.subarray(n * OUT_BYTES, (n + 1) * OUT_BYTES), got);
      if (outcome.exception >= 0) exceptions++;
      const what = compare(outcome);
      if (what !== '') differences.push(`${formKey(form)}: ${describe(input)}: ${what}`);
    }
    return { form, cases: count, exceptions, differences };
  });
}

function seedOf(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}

function describe(input: Uint8Array): string {
  const view = new DataView(input.buffer, input.byteOffset, IN_BYTES);
  const words = (at: number, count: number): string =>
    Array.from({ length: count }, (_, n) => view.getUint32(at + n * 4, true).toString(16)).join(' ');
  const code = Buffer.from(input.subarray(0, view.getUint32(IN.LENGTH, true))).toString('hex');
  return [
    `${code} at ${words(IN.EIP, 1)}`,
    `EFLAGS ${words(IN.EFLAGS, 1)}`,
    `EAX ECX EDX EBX ESP EBP ESI EDI ${words(IN.GPR, 8)}`,
    `CS:ES DS:SS GS:FS ${words(IN.SELECTORS, 3)}`,
    `FSW:FCW ${words(IN.FX, 1)}`,
    `MXCSR ${words(IN.FX + 24, 1)}`,
    `operand at ${words(IN.TARGET, 1)}`,
  ].join(', ');
}
