/**
 * Refuses a promise where nobody waits for one: it comes too late, and its rejection, unheeded, would end the process.
 * @param problem of who gives it, for the message
 * @returns the answer
 * @throws TypeError
 */
export function refusePromise<T>(
  answer: T,
  problem = 'it gives a promise, and no machine waits for it: make it synchronous',
): T {
  if (typeof answer !== 'object' || answer === null) return answer;
  if (typeof (answer as { then?: unknown }).then !== 'function') return answer;
  Promise.resolve(answer).catch(() => {});
  throw new TypeError(problem);
}
