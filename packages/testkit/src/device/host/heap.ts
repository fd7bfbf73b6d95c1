/** What this needs of Node's `process`; other runtimes may have it too. */
interface NodeLike {
  getBuiltinModule?(name: string): unknown;
  memoryUsage?(): { heapUsed: number; arrayBuffers?: number };
}

const MAX_COLLECTIONS = 5;
/** Bytes between two collections, after which there is nothing more to collect. */
const SETTLED = 8192;

/**
 * A function that collects all garbage and says how many bytes live, arrays outside of the heap among them. Undefined
 * where a program cannot ask for a collection: in browsers, and in engines other than V8 that do not offer `gc`.
 */
export function heapMeter(): (() => number) | undefined {
  const { process } = globalThis as { process?: NodeLike };
  const collect = collector(process);
  const usage = process?.memoryUsage;
  if (collect === undefined || usage === undefined) return undefined;
  const live = (): number => {
    collect();
    const { heapUsed, arrayBuffers = 0 } = usage();
    return heapUsed + arrayBuffers;
  };
  return () => {
    // Not everything goes at once: array buffers, for one, are freed by the collection after the one that finds them.
    let before = live();
    for (let i = 0; i < MAX_COLLECTIONS; i++) {
      const now = live();
      if (Math.abs(now - before) < SETTLED) return now;
      before = now;
    }
    return before;
  };
}

function collector(process: NodeLike | undefined): (() => void) | undefined {
  const { gc } = globalThis as { gc?: () => void };
  if (typeof gc === 'function') return gc;
  try {
    const v8 = process?.getBuiltinModule?.('node:v8') as { setFlagsFromString(flags: string): void } | undefined;
    const vm = process?.getBuiltinModule?.('node:vm') as { runInNewContext(code: string): unknown } | undefined;
    v8?.setFlagsFromString('--expose-gc');
    // Or collections would also throw away compiled code that was not used for some time, and growth would not be seen.
    v8?.setFlagsFromString('--no-flush-bytecode');
    const exposed = vm?.runInNewContext('gc');
    return typeof exposed === 'function' ? (exposed as () => void) : undefined;
  } catch {
    return undefined;
  }
}
