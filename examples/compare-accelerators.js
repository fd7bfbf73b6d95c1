// Runs the same image on every accelerator that can run here, and compares the screens.
//
//   node compare-accelerators.js [IMAGE [LOAD-ADDRESS]]

import { readFile } from 'node:fs/promises';
import { renderText } from '@picovm/device-vga';
import { accelerators, loadImage, pico } from 'picovm';

const [path = new URL('../guests/hello-boot.bin', import.meta.url), load] = process.argv.slice(2);
const image = await readFile(path);
const screens = new Map();

for (const accelerator of await accelerators()) {
  const probe = await accelerator.probe();
  if (!probe.available) {
    console.log(`${accelerator.name}: skipped: ${probe.reason}`);
    continue;
  }
  const { vm, vga } = pico({ accelerator });
  loadImage(vm, image, { load: load === undefined ? undefined : Number(load) });
  const { outcome, counters } = await vm.run({ timeoutMs: 10_000 });
  console.log(`${accelerator.name}: ${outcome} after ${counters.totalExits} exits`);
  screens.set(accelerator.name, renderText(vga.screen()).join('\n').trimEnd());
  vm.dispose();
}

const [first, ...others] = screens.values();
const same = others.every((screen) => screen === first);
console.log(same ? `the same screen on ${[...screens.keys()].join(' and ')}:\n${first}` : 'the screens differ');
process.exitCode = same ? 0 : 1;
