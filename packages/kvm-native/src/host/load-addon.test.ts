import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { addonFile } from './addon-file.ts';
import { glibcVersion } from './libc.ts';
import { loadAddon } from './load-addon.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'picovm-addon-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

function builtAddon(context: TestContext): Buffer {
  const path = process.platform === 'linux' && process.arch === 'x64' ? addonFile(undefined).path : 'the addon';
  if (!existsSync(path)) context.skip(`${path} is not built`);
  return readFileSync(path);
}

/** What is said of an addon with these bytes. */
function failure(name: string, bytes: Uint8Array | string): unknown {
  const path = join(dir, name);
  writeFileSync(path, bytes);
  try {
    loadAddon(path);
  } catch (error) {
    return error;
  }
  return undefined;
}

const refused = (reason: RegExp, hint: RegExp) =>
  expect.objectContaining({
    code: 'addon-not-built',
    message: expect.stringMatching(reason),
    hint: expect.stringMatching(hint),
  });

describe.skipIf(process.platform !== 'linux')('an addon', () => {
  it('for musl is another file than the one for glibc', (context) => {
    context.skip(addonFile(undefined).about.startsWith('built on'), 'an addon was built for this machine');
    expect(addonFile(undefined, () => 'glibc').path).toMatch(/prebuilds\/linux-x64\/kvm-native\.napi\.glibc\.node$/);
    expect(addonFile(undefined, () => 'musl').path).toMatch(/prebuilds\/linux-x64\/kvm-native\.napi\.musl\.node$/);
    expect(() => addonFile(undefined, () => undefined)).toThrow(refused(/runs on neither/, /npx picovm-build-kvm/));
  });

  it('that is missing', () => {
    expect(() => loadAddon(join(dir, 'none.node'))).toThrow(
      refused(/is not there: .*none\.node$/, /again.*picovm-build/),
    );
  });

  it('that was cut off anywhere is refused before it is loaded', (context) => {
    const bytes = builtAddon(context);
    expect(failure('empty.node', '')).toEqual(refused(/is damaged: it is empty/, /again/));
    for (const size of [1, 3, 63, 64, 4096, bytes.length >> 1, bytes.length - 1]) {
      expect(failure(`${size}.node`, bytes.subarray(0, size))).toEqual(refused(/is damaged|another CPU/, /again/));
    }
    expect(failure('half.node', bytes.subarray(0, bytes.length >> 1))).toEqual(
      refused(/of \d+ bytes there are \d+/, /again/),
    );
  });

  it('for another CPU', (context) => {
    const bytes = builtAddon(context);
    bytes.writeUInt16LE(183, 18);
    expect(failure('arm.node', bytes)).toEqual(refused(/is for another CPU/, /again/));
  });

  it('that needs a newer glibc says which, and which there is', (context) => {
    const bytes = builtAddon(context);
    const version = bytes.indexOf('GLIBC_2.14\0');
    context.skip(glibcVersion() === undefined || version < 0, 'this process does not run on glibc');
    bytes.write('GLIBC_9.99', version);
    const has = glibcVersion()?.replace('.', '\\.');
    expect(failure('newer.node', bytes)).toEqual(
      refused(new RegExp(`needs GLIBC 9\\.99, and this process runs on glibc ${has}:`), /npx picovm-build-kvm/),
    );
  });

  it('for the other C library', (context) => {
    context.skip(glibcVersion() === undefined, 'this process does not run on glibc');
    const bytes = builtAddon(context);
    const name = bytes.indexOf('libc.so.6\0');
    bytes.write('libc.so.9', name);
    expect(failure('other.node', bytes)).toEqual(refused(/does not load \(.*libc\.so\.9/, /npx picovm-build-kvm/));
  });

  it('that is another one', () => {
    expect(failure('other.cjs', 'exports.Something = class {};')).toEqual(
      refused(/not the addon of this version/, /again/),
    );
  });
});
