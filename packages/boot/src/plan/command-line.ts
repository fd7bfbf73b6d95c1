import { showValue, VmError } from '@picovm/core';

/** A text as guests want it: UTF-8 with a 0 behind. @param most bytes without the 0 @throws VmError `ERR_INVALID_ARGUMENT` */
export function zeroTerminated(what: string, text: string, most = 65535): Uint8Array {
  if (typeof text !== 'string' || text.includes('\0')) {
    throw new VmError('ERR_INVALID_ARGUMENT', `${what} is a text without zeros, not ${showValue(text)}`);
  }
  const bytes = new TextEncoder().encode(`${text}\0`);
  if (bytes.length - 1 > most) {
    const message = `${what} has ${bytes.length - 1} bytes, and the kernel takes at most ${most}: shorten it`;
    throw new VmError('ERR_INVALID_ARGUMENT', message, { maximum: most });
  }
  return bytes;
}
