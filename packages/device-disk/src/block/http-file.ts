import { VmError } from '@picovm/core';
import { blocksFailed } from './failure.ts';

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** What tells one version of a file from another. */
interface FileVersion {
  readonly length: number;
  readonly etag: string | null;
  readonly modified: string | null;
}

/** A file on an HTTP server that gives out parts of it. */
export class HttpFile {
  readonly url: string;
  readonly #version: FileVersion;
  readonly #fetch: Fetch;
  readonly #timeoutMs: number;

  constructor(url: string, version: FileVersion, fetch: Fetch, timeoutMs: number) {
    this.url = url;
    this.#version = version;
    this.#fetch = fetch;
    this.#timeoutMs = timeoutMs;
  }

  /** Bytes of the file. */
  get length(): number {
    return this.#version.length;
  }

  /** The bytes from `from` to before `to`. */
  async range(from: number, to: number): Promise<Uint8Array> {
    const { url } = this;
    const { part, version, response } = await request(url, from, to, this.#fetch, this.#timeoutMs);
    const { length, etag, modified } = this.#version;
    if (version.length !== length || version.etag !== etag || version.modified !== modified) {
      await cancel(response);
      throw blocksFailed(`${url} was changed on its server since it was opened`, { url });
    }
    if (part.from !== from || part.to !== to) {
      await cancel(response);
      throw blocksFailed(`${url}: the server gives bytes ${part.from} to ${part.to - 1} for ${from} to ${to - 1}`, {
        url,
      });
    }
    return bodyOf(response, to - from, url);
  }
}

/** Looks what a server has, by asking for the first block of it. */
export async function openHttpFile(
  url: string,
  blockSize: number,
  fetch: Fetch,
  timeoutMs: number,
): Promise<{ file: HttpFile; first: Uint8Array }> {
  const { part, version, response } = await request(url, 0, blockSize, fetch, timeoutMs).catch((cause: unknown) => {
    throw cause instanceof VmError ? cause : blocksFailed(`${url} cannot be read: ${String(cause)}`, { url, cause });
  });
  if (part.from !== 0 || part.to !== Math.min(blockSize, version.length)) {
    await cancel(response);
    throw blocksFailed(`${url}: the server gives another part of the file than it was asked for`, { url });
  }
  return { file: new HttpFile(url, version, fetch, timeoutMs), first: await bodyOf(response, part.to, url) };
}

interface Answer {
  readonly part: { readonly from: number; readonly to: number };
  readonly version: FileVersion;
  readonly response: Response;
}

async function request(url: string, from: number, to: number, fetch: Fetch, timeoutMs: number): Promise<Answer> {
  const response = await fetch(url, {
    headers: { Range: `bytes=${from}-${to - 1}` },
    signal: AbortSignal.timeout(timeoutMs),
  });
  const refuse = async (error: VmError): Promise<never> => {
    await cancel(response);
    throw error;
  };
  const { status, headers } = response;
  if (status === 200) return refuse(unsupported(url, 'the server sends the whole file, because it cannot do ranges'));
  if (status !== 206)
    return refuse(blocksFailed(`${url}: the server answers with the status ${status}`, { url, status }));
  const encoding = headers.get('content-encoding');
  if (encoding !== null && encoding !== 'identity') {
    return refuse(unsupported(url, `the server compresses it (${encoding}), and its ranges are those of the result`));
  }
  const match = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers.get('content-range') ?? '');
  if (match === null) {
    return refuse(
      unsupported(
        url,
        'no Content-Range with a size; a server elsewhere must allow it by Access-Control-Expose-Headers',
      ),
    );
  }
  const [first, last, length] = match.slice(1).map(Number);
  const version = { length, etag: headers.get('etag'), modified: headers.get('last-modified') };
  return { part: { from: first, to: last + 1 }, version, response };
}

// A server that sends more than it says is not read to its end.
async function bodyOf(response: Response, length: number, url: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let at = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done || value === undefined) break;
    if (at + value.length > length) {
      await reader?.cancel();
      throw blocksFailed(`${url}: the server sends more than it was asked for`, { url });
    }
    bytes.set(value, at);
    at += value.length;
  }
  if (at < length) throw blocksFailed(`${url}: the server sent ${at} of ${length} bytes`, { url });
  return bytes;
}

async function cancel(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => {});
}

function unsupported(url: string, problem: string): VmError {
  return new VmError('ERR_UNSUPPORTED', `${url}: ${problem}`, { url });
}
