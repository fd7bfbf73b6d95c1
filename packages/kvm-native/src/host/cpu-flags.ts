import { builtin } from './builtins.ts';

/** Enough for the first CPU's paragraph. The file grows with the number of CPUs, and is made as it is read. */
const ENOUGH = 16384;

/** Whether the CPU flags in `file` (`/proc/cpuinfo`) have VT-x or SVM. True if the file cannot be read. */
export function hasHardwareVirtualization(file: string): boolean {
  const fs = builtin('node:fs');
  let text: string;
  try {
    const fd = fs.openSync(file, 'r');
    try {
      const buffer = new Uint8Array(ENOUGH);
      text = new TextDecoder().decode(buffer.subarray(0, fs.readSync(fd, buffer)));
    } finally {
      fs.closeSync(fd);
    }
  } catch {
    return true;
  }
  const flags = /^flags\s*:(.*)$/m.exec(text)?.[1].split(/\s+/) ?? [];
  return flags.includes('vmx') || flags.includes('svm');
}
