import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { findChromium, openInChromium } from './harness/chromium.ts';
import { emptyProject, HELLO_ROW, helloImage, needsRegistry, type Project, program } from './harness/index.ts';

const bareBrowser = fileURLToPath(new URL('harness/bare-browser.mjs', import.meta.url));
let project: Project;
let warnings: string;

beforeAll(async () => {
  if (inject('registryTrouble') !== '') return;
  project = await emptyProject({
    packages: [
      '@picovm/core',
      '@picovm/x86-interp',
      '@picovm/device-vga',
      '@picovm/device-console',
      '@picovm/kvm-native',
    ],
    registry: { vite: '^8.0.0' },
    files: {
      'hello.bin': helloImage,
      'index.html': program('browser/index.html'),
      'main.js': program('browser/main.js'),
      // The polyfill for old browsers wants a whole document.
      'vite.config.js': 'export default { build: { modulePreload: { polyfill: false }, minify: true } };',
    },
  });
  // Not with npx, whose own warnings would stand between Vite's.
  const { status, stdout, stderr } = await project.run(process.execPath, ['node_modules/vite/bin/vite.js', 'build']);
  if (status !== 0) throw new Error(`vite build: exit status ${status}\n${stdout}${stderr}`);
  warnings = stderr;
});

afterAll(() => project?.[Symbol.asyncDispose]());

function expectPage({ screen, report }: { screen: string; report: string }): void {
  expect(report).toMatch(/done$/);
  expect(screen).toContain(HELLO_ROW);
  expect(report).toContain('interp: halted');
  expect(report).toContain('console: B');
  expect(report).toContain('bitmap: 640x400');
  expect(report).toMatch(/kvm: {"available":false,"code":"not-linux","reason":"[^"]*no Node\.js"/);
  expect(report).toContain('kvm: ERR_ACCELERATOR_UNAVAILABLE');
}

test('Vite builds a page from core, x86-interp, device-vga, device-console and kvm-native, with no warning', (context) => {
  needsRegistry(context);
  expect(warnings).toBe('');
  expect(readdirSync(`${project.dir}/dist/assets`).filter((file) => file.endsWith('.js'))).toHaveLength(1);
});

test('the page runs the hello kernel where there are only the globals of browsers', async (context) => {
  needsRegistry(context);
  const [script] = readdirSync(`${project.dir}/dist/assets`);
  const output = await project.node('--experimental-vm-modules', '--no-warnings', bareBrowser, `dist/assets/${script}`);
  expectPage(JSON.parse(output));
});

test('the page runs the hello kernel in Chromium', async (context) => {
  needsRegistry(context);
  const chromium = findChromium();
  if (chromium === undefined) context.skip('no Chromium is installed (PICOVM_CHROMIUM may name one)');
  const html = await openInChromium(chromium!, `${project.dir}/dist`);
  const text = (id: string) =>
    new RegExp(`<pre id="${id}">([^<]*)</pre>`).exec(html)?.[1].replaceAll('&quot;', '"') ?? '';
  expectPage({ screen: text('screen'), report: text('report') });
});
