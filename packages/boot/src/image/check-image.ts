import { showValue, VmError } from '@picovm/core';

/** Refuses what is no file's bytes, or none. @param name of the file, for messages @throws VmError `ERR_INVALID_ARGUMENT` */
export function checkImage(bytes: Uint8Array, name: string): void {
  // Of another realm, too: some test runners have one of their own.
  if ((bytes as Partial<Uint8Array> | undefined)?.BYTES_PER_ELEMENT !== 1) {
    const message = `${name} is given as a Uint8Array, not ${showValue(bytes)}: read the file into one`;
    throw new VmError('ERR_INVALID_ARGUMENT', message);
  }
  if (bytes.length === 0) throw new VmError('ERR_INVALID_ARGUMENT', `${name} is empty`);
}
