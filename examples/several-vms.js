// Several machines at once, some in this thread and some in workers, none of them disturbed by the others: one loops
// until its time is over, one is aborted, and the rest give back what they are sent.
//
//   node several-vms.js [ACCELERATOR]

import { inThread, inWorker } from '@picovm/worker';
import { echo } from './in-worker/echo.js';
import echoMachine from './in-worker/machine.js';

const [acceleratorName] = process.argv.slice(2);
const here = (/** @type {Uint8Array} */ image) => inThread(echoMachine, { image, acceleratorName });
const inOwnWorker = (/** @type {Uint8Array} */ image) =>
  inWorker(new URL('./in-worker/machine.js', import.meta.url), { image, acceleratorName });

const loop = Uint8Array.of(0x40, 0xeb, 0xfd); // inc ax / jmp $-1
const looping = await here(loop);
const aborted = await inOwnWorker(loop);
const echoing = await Promise.all([
  here(echo),
  here(echo),
  here(echo),
  here(echo),
  inOwnWorker(echo),
  inOwnWorker(echo),
]);

const controller = new AbortController();
const loops = looping.run({ timeoutMs: 500 });
const aborts = aborted.run({ signal: controller.signal });

await Promise.all(
  echoing.map(async (machine, i) => {
    let answer = '';
    machine.on('com1', (bytes) => {
      answer += new TextDecoder().decode(bytes);
    });
    await machine.send('com1', `I am machine ${i}.`);
    const { outcome } = await machine.run({ timeoutMs: 10_000 });
    console.log(`machine ${i}: ${outcome}: ${answer}`);
  }),
);

controller.abort();
console.log(`the others: ${(await loops).outcome}, ${(await aborts).outcome}`);
await Promise.all([looping, aborted, ...echoing].map((machine) => machine.dispose()));
