import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { Decoder } from '../decode/decoder.ts';
import { formKey } from '../hardware/forms.test-util.ts';
import type { InstructionForm } from '../isa/opcodes.ts';
import { NOTES, type Note } from './notes.test-util.ts';

// A set-up file of `npm run coverage`: notes which forms of the opcode table each test file has executed. What is decoded
// is executed at once, and what is executed was decoded before.

const seen = new Set<InstructionForm>();
const { decode } = Decoder.prototype;
Decoder.prototype.decode = function (this: Decoder, pc: number): number {
  const rec = decode.call(this, pc);
  if (this.form !== undefined) seen.add(this.form.form);
  return rec;
};

afterAll(() => {
  const folder = process.env[NOTES];
  if (folder === undefined || seen.size === 0) return;
  const file = expect.getState().testPath ?? '';
  const note: Note = { file, forms: [...new Set([...seen].map(formKey))] };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${file.replace(/\W+/g, '-')}.json`), JSON.stringify(note));
});
