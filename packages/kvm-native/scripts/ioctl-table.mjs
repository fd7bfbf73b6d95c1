// Writes the table of ioctls in the README, from what the methods' documentation says: node scripts/ioctl-table.mjs [--check]

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const BEGIN = '<!-- ioctls: written by scripts/ioctl-table.mjs -->';
const END = '<!-- end of ioctls -->';

/** The classes, and the files that their methods are in. */
const CLASSES = {
  KvmSystem: ['system-ioctls.ts'],
  KvmVm: ['kvm-vm.ts', 'vm-memory.ts', 'vm-interrupts.ts'],
  KvmVcpu: ['kvm-vcpu.ts', 'vcpu-ioctls.ts', 'vcpu-registers.ts', 'vcpu-events.ts'],
  KvmDevice: ['kvm-device.ts'],
};

/**
 * @param {string} file
 * @returns {{ method: string, ioctl: string, document: string, capability: string, linux: string }[]}
 */
function methodsIn(file) {
  const source = readFileSync(join(root, 'src/ioctls', file), 'utf8');
  const documented = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(?:override )?(\w+)\(/g;
  return [...source.matchAll(documented)].flatMap(([, text, method]) => {
    const tag = /^\s*\* (KVM_\w+) \(([^;)]+); (?:(KVM_CAP_\w+); )?Linux ([\d.]+)\)\.$/m.exec(text);
    if (tag === null) return [];
    const [, ioctl, document, capability = '', linux] = tag;
    return [{ method, ioctl, document: document.replace(/^api\.rst /, ''), capability, linux }];
  });
}

function table() {
  const rows = Object.entries(CLASSES).flatMap(([name, files]) =>
    files.flatMap(methodsIn).map(({ method, ioctl, document, capability, linux }) => {
      const needs = capability === '' ? '' : `\`${capability}\``;
      return [`\`${name}.${method}\``, `\`${ioctl}\``, document, needs, linux];
    }),
  );
  if (rows.length === 0) throw new Error('no method says what its ioctl is');
  const all = [['method', 'ioctl', 'api.rst', 'capability', 'Linux'], ...rows];
  // As the formatter of the repository wants it.
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (/** @type {string[]} */ cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  const [head, ...body] = all.map(line);
  return [BEGIN, '', head, line(widths.map((width) => '-'.repeat(width))), ...body, '', END].join('\n');
}

const readme = join(root, 'README.md');
const before = readFileSync(readme, 'utf8');
const [start, end] = [before.indexOf(BEGIN), before.indexOf(END)];
if (start < 0 || end < start) throw new Error(`README.md lacks "${BEGIN}" or "${END}"`);
const after = before.slice(0, start) + table() + before.slice(end + END.length);
if (process.argv.includes('--check')) {
  if (after !== before) {
    console.error('the table of ioctls in README.md is not what the sources say: node scripts/ioctl-table.mjs');
    process.exit(1);
  }
} else {
  writeFileSync(readme, after);
}
