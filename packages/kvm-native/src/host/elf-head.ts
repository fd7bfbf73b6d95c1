import { builtin } from './builtins.ts';

const HEAD_BYTES = 64;
const EM_X86_64 = 62;

/**
 * What is wrong with a file that should be a shared library for x86-64, as far as its head and its size tell; undefined if
 * nothing is. Looked at before it is loaded, because the dynamic linker maps a file that was cut off, and the process is killed
 * when it touches what is missing.
 */
export function elfProblem(path: string): string | undefined {
  const { closeSync, fstatSync, openSync, readSync } = builtin('node:fs');
  const head = new Uint8Array(HEAD_BYTES);
  let size: number;
  try {
    const fd = openSync(path, 'r');
    try {
      readSync(fd, head);
      size = fstatSync(fd).size;
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    return `cannot be read (${(error as NodeJS.ErrnoException).code})`;
  }
  if (size === 0) return 'is damaged: it is empty';
  const view = new DataView(head.buffer);
  if (view.getUint32(0) !== 0x7f454c46) return 'is damaged: it is no program of Linux';
  // ELFCLASS64, ELFDATA2LSB, e_machine.
  if (head[4] !== 2 || head[5] !== 1 || view.getUint16(18, true) !== EM_X86_64) return 'is for another CPU';
  // The table of sections is at the end: e_shoff, e_shentsize, e_shnum.
  const end = Number(view.getBigUint64(40, true)) + view.getUint16(58, true) * view.getUint16(60, true);
  return size < Math.max(end, HEAD_BYTES) ? `is damaged: of ${end} bytes there are ${size}` : undefined;
}
