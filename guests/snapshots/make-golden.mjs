// Writes the golden file of this version: npm run build:golden      (golden/README.md says when)

import { fileURLToPath } from 'node:url';
import { writeSnapshotFile } from '@picovm/core/node';
import { HelloMachine } from './hello-machine.mjs';

const EXITS = 2150;

const machine = new HelloMachine('interp');
machine.load();
// What the kernel does not use is in use, too: a scratch register, and the debug console's count.
machine.vm.exits.portWrite(0x3ff, 1, 0x5a);
machine.vm.exits.portWrite(0xe9, 1, 0x41);
await machine.vm.run({ maxExits: EXITS });
const snapshot = machine.vm.snapshot({ description: `the hello kernel after ${EXITS} exits` });
const name = `${snapshot.creator.replace(/.* /, '')}.picovm`;
await writeSnapshotFile(fileURLToPath(new URL(`golden/${name}`, import.meta.url)), snapshot);
console.log(`wrote golden/${name}`);
machine[Symbol.dispose]();
