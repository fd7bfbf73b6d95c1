import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { runCommand } from './run-command.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };
const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--no-proxy-server',
]; // biome-ignore format: a word a line would fill the page

/** The command that starts the Chromium of this machine: PICOVM_CHROMIUM, or a usual name. Undefined if there is none. */
export function findChromium(): string | undefined {
  const names = process.env.PICOVM_CHROMIUM ? [process.env.PICOVM_CHROMIUM] : NAMES;
  return names.find((name) => spawnSync(name, ['--version'], { stdio: 'ignore', timeout: 20_000 }).status === 0);
}

/** Serves a folder on this machine, opens its index.html in Chromium, and returns the page as HTML once it is at rest. */
export async function openInChromium(chromium: string, dir: string): Promise<string> {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
    const file = join(dir, path === '/' ? 'index.html' : path);
    try {
      const body = await readFile(file);
      response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    // The page's timers run as fast as they can for this many milliseconds of its time; then Chromium prints the document.
    const args = [...FLAGS, '--virtual-time-budget=20000', '--dump-dom', `http://127.0.0.1:${port}/`];
    const { status, stdout, stderr } = await runCommand(dir, chromium, args);
    if (status !== 0) throw new Error(`${chromium}: exit status ${status}\n${stderr}`);
    return stdout;
  } finally {
    server.close();
  }
}
