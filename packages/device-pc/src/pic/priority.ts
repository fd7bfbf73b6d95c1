/** How far input `n` is from the highest priority: 0 is the highest, 7 the lowest. @param lowest who has the lowest */
export function priorityOf(n: number, lowest: number): number {
  return (n - lowest - 1) & 7;
}

/** The bit of `inputs` (not 0, 8 bits) with the highest priority. @param lowest the input with the lowest priority */
export function highest(inputs: number, lowest: number): number {
  // The eight bits twice in a row: from the one behind the lowest priority on, the first one that is set.
  const turned = (inputs | (inputs << 8)) >>> (lowest + 1);
  return (31 - Math.clz32(turned & -turned) + lowest + 1) & 7;
}
