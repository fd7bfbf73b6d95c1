import { type DeviceOption, describeOption, isVmError } from '@picovm/core';
import { check, fail, show } from '../../check.ts';
import type { DeviceCase } from '../device-case.ts';
import type { Subject } from '../subject.ts';

/** Gives the factory options that its manifest does not allow. */
export const optionsCase: DeviceCase = {
  name: 'refuses options that its manifest does not allow',
  run(subject, skip) {
    const { manifest } = subject;
    if (manifest === undefined) return skip('the factory has no manifest: make it with defineDevice');
    for (const given of [null, 7, 'options']) checkRefused(() => subject.makeWith(given), `${show(given)} as options`);
    let unknown = 'noSuchOption';
    while (Object.hasOwn(manifest.options, unknown)) unknown += 'AtAll';
    checkRefusedOption(subject, unknown, 1);
    checkRefusedOption(subject, 'id', '');
    checkRefusedOption(subject, 'id', 7);
    for (const [name, option] of Object.entries(manifest.options)) {
      for (const value of refusedBy(option)) checkRefusedOption(subject, name, value, ` (${describeOption(option)})`);
      if (!option.required) continue;
      const { [name]: _, ...others } = subject.options;
      checkRefused(() => subject.makeWith(others), `no ${name}, which is required,`);
    }
  },
};

/** Values that an option may not have. */
function refusedBy(option: DeviceOption): unknown[] {
  const other = [null, {}, []];
  switch (option.type) {
    case 'integer': {
      const { min, max, multipleOf = 1 } = option;
      const uneven = multipleOf > 1 && min + 1 <= max ? [min % multipleOf === 0 ? min + 1 : min] : [];
      const outside = [min - 1, max + 1].filter(Number.isSafeInteger);
      return [...other, ...outside, ...uneven, min + 0.5, Number.NaN, Number.POSITIVE_INFINITY, String(min), true];
    }
    case 'boolean':
      return [...other, 0, 'true'];
    case 'string':
      return [...other, 7, ...(option.choices === undefined ? [] : [`${option.choices.join('')}!`])];
    case 'bytes': {
      const tooLong = option.maxLength < 2 ** 26 ? [new Uint8Array(option.maxLength + 1)] : [];
      return [...other, 7, 'bytes', new Uint16Array(1), ...tooLong];
    }
    case 'function':
      return [...other, 7, 'function'];
    case 'object':
      return [null, 7, 'object'];
    default:
      return [];
  }
}

function checkRefusedOption(subject: Subject, name: string, value: unknown, allowed = ''): void {
  checkRefused(() => subject.make({ [name]: value }), `${show(value)} as the option ${name}${allowed}`);
}

function checkRefused(act: () => unknown, what: string): void {
  try {
    act();
  } catch (error) {
    const right = isVmError(error) && error.code === 'ERR_INVALID_ARGUMENT';
    check(right, () => `${what} is refused with ${show(error)}: expected a VmError ERR_INVALID_ARGUMENT`);
    return;
  }
  fail(`${what} is taken: expected a VmError ERR_INVALID_ARGUMENT`);
}
