/** What is done with each element: handlers of all types and widths share the code. */
export const OPERATION = { ADD: 0, SUB: 1, MUL: 2, DIV: 3, SQRT: 4, MIN: 5, MAX: 6, ADDSUB: 7 } as const;

/** What ADDSUBPS and ADDSUBPD do with element `i`, and others with each. */
export function operationOf(operation: number, i: number): number {
  if (operation !== OPERATION.ADDSUB) return operation;
  return (i & 1) !== 0 ? OPERATION.ADD : OPERATION.SUB;
}
