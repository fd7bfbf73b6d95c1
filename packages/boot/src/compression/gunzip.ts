import { VmError } from '@picovm/core';
import { type Output, type Progress, pacer } from './output.ts';

/** Unpacks gzip by the platform's own DecompressionStream. @throws VmError `ERR_INVALID_ARGUMENT` */
export async function gunzip(input: Uint8Array, output: Output, name: string, progress?: Progress): Promise<void> {
  const pace = pacer(output, progress);
  const stream = new DecompressionStream('gzip');
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  // What goes wrong is told by the reader, too.
  writer.write(input as Uint8Array<ArrayBuffer>).catch(() => undefined);
  writer.close().catch(() => undefined);
  try {
    for (;;) {
      const part = await reader.read().catch((error: unknown) => damaged(name, error));
      if (part.done) return;
      output.append(part.value);
      await pace();
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function damaged(name: string, cause: unknown): never {
  const why = cause instanceof Error ? cause.message : String(cause);
  throw new VmError('ERR_INVALID_ARGUMENT', `${name} is a damaged gzip file: ${why}`, { cause });
}
