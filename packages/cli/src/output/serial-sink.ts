import { closeSync, openSync, writeSync } from 'node:fs';
import type { SerialSetting } from '../options/run-settings.ts';
import { UsageError } from '../usage-error.ts';
import { BufferedWriter } from './buffered-writer.ts';
import type { Outlet } from './outlet.ts';

/** Takes what the guest writes to its serial port and debug console. */
export interface SerialSink {
  write(bytes: Uint8Array): void;
  /** What was written, as text, where standard output is not to show it now. */
  readonly text: string;
  /** Whether there was more text than is kept. */
  readonly truncated: boolean;
  /** Whether the last byte on standard output was no newline, so that what follows needs one first. */
  readonly midLine: boolean;
  /** Passes on what is still held back. */
  flush(): void;
  close(): void;
}

/** Of the text that is kept; a guest that writes forever must not fill the host's memory. */
const MAX_TEXT = 1 << 20;
const NEWLINE = 10;
const nothing = (): void => {};

/**
 * Where the bytes go.
 * @param stdout takes them where they go to standard output; undefined: that belongs to something else, a JSON object or
 *   a live screen, and they are kept as text
 * @throws UsageError if the file cannot be opened
 */
export function serialSink(setting: SerialSetting, stdout: Outlet | undefined): SerialSink {
  if (setting.to === 'none')
    return { write: nothing, text: '', truncated: false, midLine: false, flush: nothing, close: nothing };
  if (setting.to === 'file') return fileSink(setting.path);
  return stdout === undefined ? textSink() : outletSink(stdout);
}

function outletSink(outlet: Outlet): SerialSink {
  const sink = {
    text: '',
    truncated: false,
    midLine: false,
    write(bytes: Uint8Array): void {
      outlet.write(bytes);
      sink.midLine = bytes[bytes.length - 1] !== NEWLINE;
    },
    flush: () => outlet.flush(),
    close: () => outlet.flush(),
  };
  return sink;
}

function textSink(): SerialSink {
  const decoder = new TextDecoder();
  const sink = {
    text: '',
    truncated: false,
    midLine: false,
    write(bytes: Uint8Array): void {
      if (sink.text.length < MAX_TEXT) sink.text += decoder.decode(bytes, { stream: true });
      else sink.truncated = true;
    },
    // What is left of a character that was begun.
    flush: () => {
      sink.text += decoder.decode();
    },
    close: nothing,
  };
  return sink;
}

function fileSink(path: string): SerialSink {
  let fd: number;
  try {
    fd = openSync(path, 'w');
  } catch (error) {
    throw new UsageError(`--serial: cannot write ${path}: ${(error as Error).message}`);
  }
  let failed = false;
  const writer = new BufferedWriter((bytes) => {
    if (failed) return;
    try {
      writeSync(fd, bytes);
    } catch (error) {
      // A full disk is no reason to stop the guest; but the user has to know that the file is not whole.
      failed = true;
      console.error(`picovm: --serial: ${path} is cut short: ${(error as Error).message}`);
    }
  });
  const close = (): void => {
    writer.flush();
    closeSync(fd);
  };
  return {
    write: (bytes) => writer.write(bytes),
    text: '',
    truncated: false,
    midLine: false,
    flush: () => writer.flush(),
    close,
  };
}
