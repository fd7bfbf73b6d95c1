/** The licences to choose from, by their SPDX names: the files in `licences/`. The first is the default. */
export const LICENCES: readonly string[] = ['MIT', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC'];

/** The licence that is meant, whatever the case of its letters, or by its number in the list; undefined if it is none of ours. */
export function findLicence(given: string): string | undefined {
  if (/^ *[1-9][0-9]* *$/.test(given)) return LICENCES[Number(given) - 1];
  return LICENCES.find((licence) => licence.toLowerCase() === given.trim().toLowerCase());
}
