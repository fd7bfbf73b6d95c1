// Shows that the kernel and the initramfs are sound, by another virtual machine: they must come to a shell that answers.
//
//   node check-in-qemu.mjs

import { spawn } from 'node:child_process';
import { systemFile, systemVersions } from './fetch-systems.mjs';
import { BANNER, PROMPT } from './initramfs.mjs';

const PATIENCE = 120_000;

/** @param {string} name */
function need(name) {
  const { path, missing } = systemFile(name);
  if (path === undefined) throw new Error(`no ${name}: ${missing}`);
  return path;
}

const files = ['-kernel', need('linux'), '-initrd', need('initramfs')];
const machine = [
  '-accel',
  'tcg',
  '-m',
  '64',
  '-display',
  'none',
  '-no-reboot',
  '-serial',
  'stdio',
  '-append',
  'console=ttyS0',
];
const start = performance.now();
const qemu = spawn('qemu-system-i386', [...files, ...machine], { stdio: ['pipe', 'pipe', 'inherit'] });
const timer = setTimeout(() => qemu.kill(), PATIENCE);
const seconds = () => ((performance.now() - start) / 1000).toFixed(1);

let text = '';
// What is waited for, and what is typed then.
const script = [
  [BANNER, ''],
  [PROMPT, 'echo $((6*7))\n'],
  ['\n42', 'poweroff -f\n'],
];
qemu.stdout.on('data', (data) => {
  text += data;
  while (script.length > 0 && text.includes(script[0][0])) {
    const [wanted, answer] = script[0];
    console.log(`${seconds()} s: ${JSON.stringify(wanted)}`);
    text = text.slice(text.indexOf(wanted) + wanted.length);
    qemu.stdin.write(answer);
    script.shift();
  }
});
qemu.on('error', (error) => console.error(`qemu-system-i386 cannot be started: ${error.message}`));
qemu.on('close', () => {
  clearTimeout(timer);
  console.log(`${seconds()} s: the machine is off`);
  for (const [name, version] of Object.entries(systemVersions())) console.log(`${name} ${version}`);
  if (script.length === 0) return;
  console.error(`${JSON.stringify(script[0][0])} did not come; the last output was:\n${text.slice(-2000)}`);
  process.exitCode = 1;
});
