// Runs a machine in this thread, or whole in a worker: one line differs.
//
//   node in-worker/main.js [thread|worker [ACCELERATOR]]

import { renderText } from '@picovm/device-vga';
import { inThread, inWorker } from '@picovm/worker';
import { echo } from './echo.js';
import echoMachine from './machine.js';

const [where = 'worker', acceleratorName] = process.argv.slice(2);
const options = { image: echo, acceleratorName };

const machine =
  where === 'thread'
    ? await inThread(echoMachine, options)
    : await inWorker(new URL('./machine.js', import.meta.url), options);

let serial = '';
machine.on('com1', (bytes) => {
  serial += new TextDecoder().decode(bytes);
});
machine.on('vga', (/** @type {import('@picovm/device-vga').TextScreen} */ screen) => {
  console.log(`screen: ${renderText(screen)[0].trimEnd()}`);
});

const running = machine.run({ timeoutMs: 5000 });
await machine.send('com1', 'hello, guest.');
const { outcome, message } = await running;
console.log(`com1: ${serial}`);
console.log(`${machine.acceleratorName} in a ${where}: ${outcome}: ${message}`);
await machine.dispose();
