import { checkNames, showValue, VmError } from '@picovm/core';

/** The parts of a budget. */
type BudgetName = 'instructions' | 'milliseconds' | 'nanoseconds';

/**
 * Refuses what is no budget of `run`, which without one would go on for ever.
 * @param names the parts that it may have
 * @throws VmError `ERR_INVALID_ARGUMENT`
 */
export function checkBudget(
  budget: Readonly<Partial<Record<BudgetName, number | undefined>>>,
  names: readonly BudgetName[],
): void {
  if (typeof budget !== 'object' || budget === null) {
    const example = `{ instructions: 1000 } or { ${names[1]}: 5 }`;
    throw new VmError('ERR_INVALID_ARGUMENT', `run() takes a budget such as ${example}, not ${showValue(budget)}`);
  }
  checkNames('run()', budget, names);
  for (const name of names) {
    const value = budget[name];
    const fits = name === 'instructions' ? Number.isSafeInteger(value) : typeof value === 'number';
    if (value === undefined || (fits && value >= 0)) continue;
    const what = name === 'instructions' ? 'a whole number' : 'a number';
    const advice = typeof value === 'bigint' && value >= 0n ? `: write ${value}` : '';
    const message = `run(): ${name} must be ${what} from 0 on, not ${showValue(value)}${advice}`;
    throw new VmError('ERR_INVALID_ARGUMENT', message, { [name]: value });
  }
}
