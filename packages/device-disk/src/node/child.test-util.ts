// What the tests of files start as another process: it opens an image, does what it is told, and then waits for its end.
//
//   node child.mjs PATH 'OPTIONS as JSON' [BYTE to write at 512, and flush]

import { openFileBlocks } from './index.ts';

const [path, options, byte] = process.argv.slice(2);
try {
  const disk = openFileBlocks(path, JSON.parse(options));
  if (byte !== undefined) {
    await disk.write(512, new Uint8Array(512).fill(Number(byte)));
    await disk.flush();
  }
  console.log('open');
  setInterval(() => {}, 1000);
} catch (error) {
  console.log(`${(error as { code: string }).code}: ${(error as Error).message}`);
}
