import type { Guest } from './guest.test-util.ts';
import { REGIONS } from './layout.test-util.ts';

/** @throws Error if two guests are not in the same state, or did not do the same to their devices */
export function compareImages(one: Guest, other: Guest): void {
  const [a, b] = [one.image(), other.image()];
  const [left, right] = [plain(a.state), plain(b.state)];
  const where = `after ${a.state.instructions} instructions, at ${one.vcpu.dump().location}`;
  for (const [name, value] of left) {
    if (right.get(name) !== value) throw new Error(`${name} is ${value} or ${right.get(name)} ${where}`);
  }
  a.memory.forEach((bytes, n) => {
    if (Buffer.compare(bytes, b.memory[n]) === 0) return;
    const at = bytes.findIndex((byte, i) => byte !== b.memory[n][i]);
    const address = (REGIONS[n].base + at).toString(16);
    throw new Error(`memory at ${address} is ${bytes[at].toString(16)} or ${b.memory[n][at].toString(16)} ${where}`);
  });
  if (one.sink.sum !== other.sink.sum) {
    throw new Error(`the accesses differ: ${one.sink.count} or ${other.sink.count} ${where}`);
  }
}

// Every value by its path.
function plain(value: unknown, path = '', into: Map<string, string> = new Map()): Map<string, string> {
  if (value instanceof Uint8Array) into.set(path, Buffer.from(value).toString('hex'));
  else if (typeof value === 'object' && value !== null) {
    for (const [key, part] of Object.entries(value)) plain(part, path === '' ? key : `${path}.${key}`, into);
  } else into.set(path, typeof value === 'bigint' ? `0x${value.toString(16)}` : String(value));
  return into;
}
