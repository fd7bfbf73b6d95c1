import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { httpBlocks } from '../index.ts';
import { pattern } from './slow-blocks.test-util.ts';

const SIZE = 40_000;
const BLOCK = 4096;

let server: Server;
let url: string;
let content: Uint8Array;
let etag: string;
let ranges: string[];
let answer: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;

function serveRange(request: IncomingMessage, response: ServerResponse): void {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  const end = Math.min(Number(to) + 1, content.length);
  const headers = { 'content-range': `bytes ${from}-${end - 1}/${content.length}`, etag };
  response.writeHead(206, headers).end(content.subarray(Number(from), end));
}

beforeEach(async () => {
  content = pattern(SIZE);
  etag = '"one"';
  ranges = [];
  answer = undefined;
  server = createServer((request, response) => {
    ranges.push(request.headers.range ?? 'none');
    (answer ?? serveRange)(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/disk.img`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const open = (options = {}): ReturnType<typeof httpBlocks> => httpBlocks(url, { blockSize: BLOCK, ...options });

describe('httpBlocks', () => {
  it('reads by ranges, keeps what it read, and fills up the last block with zeros', async () => {
    const disk = await open();
    expect([disk.size, disk.readonly]).toEqual([40_448, true]);
    const out = new Uint8Array(disk.size).fill(0xee);
    await disk.read(0, out);
    expect(out.subarray(0, SIZE)).toEqual(content);
    expect(out.subarray(SIZE)).toEqual(new Uint8Array(448));
    expect(ranges).toEqual(['bytes=0-4095', 'bytes=4096-39999']);
    const part = new Uint8Array(5120);
    expect(disk.read(512, part)).toBeUndefined();
    expect(part).toEqual(content.subarray(512, 5632));
    expect(ranges.length).toBe(2);
  });

  it('asks once for what several want at the same time', async () => {
    const disk = await open();
    const outs = [8192, 8704, 4096].map((offset) => ({ offset, out: new Uint8Array(6144) }));
    await Promise.all(outs.map(({ offset, out }) => disk.read(offset, out)));
    for (const { offset, out } of outs) expect(out).toEqual(content.subarray(offset, offset + 6144));
    expect(ranges).toEqual(['bytes=0-4095', 'bytes=8192-16383', 'bytes=4096-8191']);
  });

  it('keeps no more than it may, and drops what was not used for longest', async () => {
    const disk = await open({ cacheBytes: 2 * BLOCK });
    const read = (block: number): void | Promise<void> => disk.read(block * BLOCK, new Uint8Array(512));
    await read(1);
    expect(read(0)).toBeUndefined();
    await read(2);
    expect(read(0)).toBeUndefined();
    await expect(read(1)).resolves.toBeUndefined();
    expect(ranges).toEqual([0, 1, 2, 1].map((block) => `bytes=${block * BLOCK}-${block * BLOCK + BLOCK - 1}`));
    const all = new Uint8Array(SIZE - (SIZE % 512));
    await disk.read(0, all);
    expect(all).toEqual(content.subarray(0, all.length));
  });

  it('tells a file that was changed on the server from the one that it opened', async () => {
    const disk = await open();
    etag = '"two"';
    await expect(disk.read(BLOCK, new Uint8Array(512))).rejects.toMatchObject({
      code: 'ERR_DEVICE',
      message: expect.stringContaining('changed on its server'),
    });
    etag = '"one"';
    content = pattern(SIZE + 1);
    await expect(disk.read(BLOCK, new Uint8Array(512))).rejects.toThrow('changed on its server');
    content = pattern(SIZE);
    await disk.read(BLOCK, new Uint8Array(512));
  });

  it.each([
    ['sends the whole file', (_: unknown, response: ServerResponse) => void response.end(content), 'cannot do ranges'],
    [
      'compresses',
      (_: unknown, response: ServerResponse) =>
        void response.writeHead(206, { 'content-encoding': 'br', 'content-range': 'bytes 0-1/2' }).end(),
      'compresses it (br)',
    ],
    [
      'tells no size',
      (_: unknown, response: ServerResponse) =>
        void response.writeHead(206, { 'content-range': 'bytes 0-1/*' }).end('xx'),
      'Content-Range',
    ],
  ])('refuses a server that %s', async (_name, act, message) => {
    answer = act;
    await expect(open()).rejects.toMatchObject({
      code: 'ERR_UNSUPPORTED',
      message: expect.stringContaining(message),
    });
  });

  it('says what the server says', async () => {
    answer = (_request, response) => void response.writeHead(404).end();
    await expect(open()).rejects.toMatchObject({ code: 'ERR_DEVICE', message: expect.stringContaining('status 404') });
    server.closeAllConnections();
    server.close();
    await expect(open()).rejects.toMatchObject({ code: 'ERR_DEVICE' });
  });

  it.each([
    ['too little', 100],
    ['too much', 5000],
    ['nothing', 0],
  ])('rejects a read for which %s is sent, and works again', async (_name, length) => {
    const disk = await open();
    answer = (_request, response) =>
      void response.writeHead(206, { 'content-range': `bytes 4096-8191/${SIZE}`, etag }).end(new Uint8Array(length));
    await expect(disk.read(BLOCK, new Uint8Array(512))).rejects.toMatchObject({ code: 'ERR_DEVICE' });
    answer = undefined;
    const out = new Uint8Array(512);
    await disk.read(BLOCK, out);
    expect(out).toEqual(content.subarray(BLOCK, BLOCK + 512));
  });

  it('rejects another part than was asked for, and an answer that never comes', async () => {
    const disk = await open({ timeoutMs: 200 });
    answer = (_request, response) =>
      void response.writeHead(206, { 'content-range': `bytes 0-4095/${SIZE}`, etag }).end(content.subarray(0, 4096));
    await expect(disk.read(BLOCK, new Uint8Array(512))).rejects.toThrow('gives bytes 0 to 4095 for 4096 to 8191');
    answer = () => {};
    await expect(disk.read(BLOCK, new Uint8Array(512))).rejects.toMatchObject({ code: 'ERR_DEVICE' });
  });

  it('rejects every one of several reads that fail together', async () => {
    const disk = await open();
    answer = (_request, response) => void response.destroy();
    const reads = [1, 2, 3].map((block) => disk.read(block * BLOCK, new Uint8Array(2 * BLOCK)));
    for (const { status } of await Promise.allSettled(reads)) expect(status).toBe('rejected');
  });

  it('cannot be written, and refuses sizes that make no sense', async () => {
    const disk = await open();
    expect(() => disk.write(0, new Uint8Array(512))).toThrow(expect.objectContaining({ code: 'ERR_UNSUPPORTED' }));
    await expect(open({ blockSize: 1000 })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    await expect(open({ cacheBytes: BLOCK })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });
});
