// Runs a script of a web page where there is nothing but what browsers have: a fresh JavaScript context with the web's
// globals, a document just large enough for `getElementById(id).textContent = ...`, and no module of Node within reach.
// Not a browser, but what assumes Node fails here. Once the page has written its report, into the element of that id, this
// prints the texts of all elements as JSON, and ends: pages, unlike programs, never end by themselves.
//
//   node --experimental-vm-modules bare-browser.mjs FILE

import { readFileSync } from 'node:fs';
import { createContext, SourceTextModule } from 'node:vm';

/** @type {Record<string, string>} */
const texts = {};
const document = {
  /** @param {string} id */
  getElementById: (id) => ({
    /** @param {string} text */
    set textContent(text) {
      texts[id] = text;
      if (id === 'report') process.stdout.write(JSON.stringify(texts), () => process.exit());
    },
  }),
};
const web = {
  AbortController, AbortSignal, Event, EventTarget, MessageChannel, TextDecoder, TextEncoder, URL, Blob,
  atob, btoa, clearInterval, clearTimeout, console, crypto, fetch, performance, queueMicrotask, setInterval, setTimeout,
  structuredClone, document,
}; // biome-ignore format: a word a line would fill the page
const context = createContext({ ...web });
// Where the context finds itself, as pages do.
Object.assign(context, { self: context, window: context });

const [file] = process.argv.slice(2);
const module = new SourceTextModule(readFileSync(file, 'utf8'), {
  context,
  identifier: 'https://page.invalid/main.js',
  initializeImportMeta: (meta) => {
    meta.url = 'https://page.invalid/main.js';
  },
});
await module.link((specifier) => {
  throw new Error(`the page imports '${specifier}', which no browser has`);
});
try {
  await module.evaluate();
} catch (error) {
  // Without the line, which is the whole bundle.
  process.stderr.write(String(error));
  process.exitCode = 1;
}
