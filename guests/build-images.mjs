// Rebuilds the images of all guests from their sources. Needs nasm.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { assemble, assemblerVersion, imagePath, sources } from './images.mjs';

if (assemblerVersion() === undefined) {
  console.error('nasm is not on the PATH: install it (apt-get install nasm, brew install nasm), and run this again');
  process.exit(1);
}
let changed = 0;
for (const source of sources()) {
  const path = imagePath(source);
  const image = assemble(source);
  if (existsSync(path) && readFileSync(path).equals(image)) continue;
  writeFileSync(path, image);
  console.log(`${source}: ${image.length} bytes`);
  changed++;
}
console.log(`${sources().length} sources, ${changed} images changed`);
