import type { PcModule } from './pc-module.ts';

/**
 * What the commands do with a `pc`, and the devices of a PC. It is a module of its own, beside the command: most starts are
 * of the small machine, and shall not pay for the large one.
 */
export function loadPc(): Promise<PcModule> {
  return import(new URL('./pc.js', import.meta.url).href);
}
