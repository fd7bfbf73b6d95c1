import { CAPTURES, filesIn } from '../conformance/data.test-util.ts';
import { CPU_FEATURES } from '../cpu/features.ts';
import type { CpuModelTable } from '../cpu/model-table.ts';
import { CPU_MODELS, type CpuModel, featuresOf } from '../cpu/models.ts';
import { compileForm } from '../decode/tables.ts';
import { OP_UD } from '../exec/handlers.ts';
import { formKey } from '../hardware/forms.test-util.ts';
import { judgeTables } from '../iced/judge-all.test-util.ts';
import { type InstructionForm, opcodes } from '../isa/opcodes.ts';

const SETS: Readonly<Record<string, CpuModel>> = { '8086': '8086', '80286': '80286', '80386ex-moo-sample': '80386' };

/** Whether there is something that executes a form, whatever the operand size. */
export function isImplemented(form: InstructionForm): boolean {
  try {
    return compileForm(form).ops.every((op) => op !== OP_UD);
  } catch {
    return false;
  }
}

/** The keys of the forms of which there are captures of chips: those with the opcode of a file, on the model of its set. */
export function capturedForms(): Set<string> {
  const found = new Set<string>();
  for (const [set, name] of Object.entries(SETS)) {
    const model = CPU_MODELS.indexOf(name);
    const places = new Set(filesIn(`${CAPTURES}/${set}`, /\.MOO\.gz$/).map((file) => file.replace('.MOO.gz', '')));
    for (const form of opcodes()) {
      const exists = CPU_MODELS.indexOf(form.since) <= model && model <= CPU_MODELS.indexOf(form.until);
      if (exists && form.feature === undefined && placesOf(form).some((place) => places.has(place)))
        found.add(formKey(form));
    }
  }
  return found;
}

// As the files are called: `D0.4`, `8F`.
function placesOf({ map, opcode, digit }: InstructionForm): string[] {
  const hex = opcode.toString(16).toUpperCase().padStart(2, '0');
  const place = `${map === 'one-byte' ? '' : map.toUpperCase()}${hex}`;
  return [place, `${place}.${digit}`];
}

/** A Pentium 4 with all features that there are. */
export const EVERYTHING: CpuModelTable = {
  base: 'pentium4',
  add: CPU_FEATURES.filter((feature) => !featuresOf('pentium4').has(feature)),
};

/** The keys of the forms that iced-x86 decodes as our decoder does. */
export function icedForms(): Set<string> {
  // Beside one with all features, models that have forms that no later one has.
  const models = ['80386', '80486', 'pentium2', EVERYTHING] as const;
  return new Set(models.flatMap((model) => [...judgeTables(model, 1).forms]));
}
