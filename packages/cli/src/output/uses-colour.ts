/** Whether standard output is to be in colour: https://no-color.org */
export function usesColour(): boolean {
  return process.stdout.isTTY && !process.env.NO_COLOR;
}
