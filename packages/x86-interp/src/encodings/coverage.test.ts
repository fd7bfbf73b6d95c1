import { expect, test } from 'vitest';
import { formKey, hardwareForms } from '../hardware/forms.test-util.ts';
import { opcodes } from '../isa/opcodes.ts';
import { capturedForms, icedForms, isImplemented } from './judges.test-util.ts';

test('each form of the opcode table is implemented', { timeout: 120_000 }, () => {
  const forms = opcodes();
  const missing = forms.filter((form) => !isImplemented(form));
  const hardware = hardwareForms();
  const summary = {
    forms: forms.length,
    implemented: forms.length - missing.length,
    'decoded as iced-x86 does': icedForms().size,
    'executed as in captures': capturedForms().size,
    'executed as by a processor, where one is at hand': forms.filter((form) => hardware.has(formKey(form))).length,
  };
  console.log(
    Object.entries(summary)
      .map(([name, count]) => `${name}: ${count}`)
      .join(', '),
  );
  expect(missing.map(formKey)).toEqual([]);
});
