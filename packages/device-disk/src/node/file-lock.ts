import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { VmError } from '@picovm/core';

/** What keeps others from a file until it is released, or the process is gone. */
export interface FileLock {
  release(): void;
}

/** Who has a lock. */
interface Holder {
  readonly writes: boolean;
  readonly pid: number;
  readonly token: string;
}

const NAMES = 'picovm-disk';
/** Of two that come at the same moment, both may see the other: they try again after some milliseconds, by chance. */
const TRIES = 4;
const LONGEST_WAIT = 25;

/**
 * Flags for `open` that make it lock the file, on systems whose `open` can: the kernel gives the lock back when the process
 * is gone. Undefined: this system's cannot.
 */
export function lockingOpenFlags(platform: string, readonly: boolean): number | undefined {
  // O_SHLOCK and O_EXLOCK of the BSDs; on Windows libuv's UV_FS_O_EXLOCK: nobody else may open it, to read neither.
  if (platform === 'darwin' || platform.endsWith('bsd')) return readonly ? 0x10 : 0x20;
  if (platform === 'win32') return readonly ? 0 : 0x1000_0000;
  return undefined;
}

/**
 * Locks a file on Linux: one writer, or any number of readers. Node has no `flock`; but sockets in the abstract namespace
 * belong to a process and are gone with it, whatever it dies of, and the kernel lists all of them. So each opener binds one
 * whose name says what it opened, how, and who it is, and then looks for others of the same file. Whoever comes second sees
 * the first.
 * @param identity of the file, whatever path leads to it
 * @throws VmError `ERR_DEVICE` naming the process that has it, `ERR_UNSUPPORTED` where there are no such sockets
 */
export function lockBySocket(identity: string, path: string, readonly: boolean): FileLock {
  for (let tries = 1; ; tries++) {
    const token = randomBytes(6).toString('hex');
    const release = bind(`${NAMES}/${identity}/${readonly ? 'r' : 'w'}/${process.pid}/${token}/`, path);
    let other: Holder | undefined;
    try {
      other = holdersOf(identity, path).find((holder) => holder.token !== token && (holder.writes || !readonly));
    } catch (error) {
      release();
      throw error;
    }
    if (other === undefined) return { release };
    release();
    if (tries === TRIES) throw lockedBy(path, other, readonly);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1 + Math.random() * LONGEST_WAIT);
  }
}

/** The error of a file that somebody else has. */
export function lockedBy(path: string, holder: Pick<Holder, 'pid' | 'writes'> | undefined, readonly: boolean): VmError {
  const who =
    holder === undefined ? 'another process' : holder.pid === process.pid ? 'this process' : `process ${holder.pid}`;
  const how = holder === undefined ? 'open' : holder.writes ? 'open for writing' : 'open for reading';
  const advice = readonly ? 'close it there' : 'close it there, or open it in both with readonly: true';
  return new VmError('ERR_DEVICE', `${path} is in use: ${who} has it ${how}; ${advice}`, { path, pid: holder?.pid });
}

function bind(name: string, path: string): () => void {
  const server = createServer((socket) => socket.destroy());
  // What comes later than the call is told by `listening`.
  server.on('error', () => {});
  server.unref();
  // Not shared with the other workers of a cluster; it is bound when the call returns.
  server.listen({ path: `\0${name}`, exclusive: true });
  if (!server.listening) throw unsupported(path, 'no socket in the abstract namespace can be had');
  return () => void server.close();
}

function holdersOf(identity: string, path: string): Holder[] {
  let list: string;
  try {
    list = readFileSync('/proc/net/unix', 'latin1');
  } catch (cause) {
    throw unsupported(path, '/proc/net/unix cannot be read', cause);
  }
  return [...list.matchAll(new RegExp(`@${NAMES}/${identity}/([rw])/(\\d+)/([0-9a-f]+)/`, 'g'))].map(
    ([, mode, pid, token]) => ({ writes: mode === 'w', pid: Number(pid), token }),
  );
}

function unsupported(path: string, problem: string, cause?: unknown): VmError {
  return new VmError('ERR_UNSUPPORTED', `${path} cannot be locked: ${problem}; lock: false opens it without`, {
    path,
    cause,
  });
}
