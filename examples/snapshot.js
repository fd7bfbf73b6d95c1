// Saves a machine in the middle of its work, and finishes the work in another one, which may have another accelerator.
//
//   node snapshot.js IMAGE [interp|kvm]      image: one that is loaded at 0, such as ../guests/hello.bin

import { rmSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Vm } from '@picovm/core';
import { readSnapshotFile, readSnapshotFileHeader, writeSnapshotFile } from '@picovm/core/node';
import { enterRealMode } from '@picovm/core/x86';
import { renderText, vgaText } from '@picovm/device-vga';
import { kvm } from '@picovm/kvm-native';
import { interp } from '@picovm/x86-interp';

const [image, other = 'interp'] = process.argv.slice(2);

/**
 * A snapshot fits a machine that is made the same way.
 * @param {import('@picovm/core').Accelerator<import('@picovm/core/x86').X86Vcpu>} accelerator
 */
function makeMachine(accelerator) {
  const vga = vgaText();
  const vm = new Vm({ accelerator, memory: [{ base: 0, size: 0x1000 }], devices: [vga] });
  return { vm, text: () => renderText(vga.screen()).join('\n').trimEnd() };
}

const first = makeMachine(interp());
first.vm.memory.write(0, await readFile(image));
enterRealMode(first.vm.vcpu, { segment: 0, offset: 0 });
await first.vm.run({ maxExits: 2200 });
console.log(`saved after ${first.vm.counters().totalExits} exits, with this on the screen:\n${first.text()}`);

const folder = await mkdtemp(join(tmpdir(), 'picovm-'));
process.once('exit', () => rmSync(folder, { recursive: true }));
const file = join(folder, 'machine.picovm');
await writeSnapshotFile(file, first.vm.snapshot({ description: 'half a greeting' }));
first.vm.dispose();

const { description, creator, size } = await readSnapshotFileHeader(file);
console.log(`'${description}' by ${creator}: ${size} bytes`);

const second = makeMachine(other === 'kvm' ? kvm() : interp());
second.vm.restore(await readSnapshotFile(file));
const { outcome, counters } = await second.vm.run({ timeoutMs: 10_000 });
console.log(`${outcome} on ${second.vm.acceleratorName} after ${counters.totalExits} exits:\n${second.text()}`);
second.vm.dispose();
