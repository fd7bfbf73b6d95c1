// A process of its own: restores each of some snapshot files, and runs it until its end.
//
//   node finish-all.mjs ACCELERATOR FILE...      the endings as JSON, a line each

import { readSnapshotFile } from '@picovm/core/node';
import { HelloMachine } from './hello-machine.mjs';

const [accelerator, ...files] = process.argv.slice(2);
for (const file of files) {
  const machine = new HelloMachine(accelerator === 'kvm' ? 'kvm' : 'interp');
  machine.vm.restore(await readSnapshotFile(file));
  const ending = await machine.finish();
  console.log(JSON.stringify(ending, (_, value) => (typeof value === 'bigint' ? `${value}n` : value)));
  machine[Symbol.dispose]();
}
