import { VmError } from '@picovm/core';
import type { FwCfgContent, FwCfgOptions } from './fw-cfg-types.ts';

const SIGNATURE = 0x00;
const ID = 0x01;
const RAM_SIZE = 0x03;
const CPUS = 0x05;
const KERNEL_SIZE = 0x08;
const INITRD_SIZE = 0x0b;
const BOOT_MENU = 0x0e;
const MAX_CPUS = 0x0f;
const KERNEL_DATA = 0x11;
const INITRD_DATA = 0x12;
const COMMAND_LINE_SIZE = 0x14;
const COMMAND_LINE_DATA = 0x15;
const SETUP_SIZE = 0x17;
const SETUP_DATA = 0x18;
const DIRECTORY = 0x19;
const FIRST_FILE = 0x20;
/** Where the numbers of files end. */
const LAST_FILE = 0x3fff;
const ARCHITECTURE_FIRST = 0x8000;
const ARCHITECTURE_LAST = 0xbfff;

/** Of item 1: the interface of old, and DMA. */
const TRADITIONAL_AND_DMA = 0x03;
/** Bytes of a name in the directory, with the zero at its end. */
const NAME_SIZE = 56;
const ENTRY_SIZE = 8 + NAME_SIZE;

/**
 * All items by number.
 * @throws VmError `ERR_INVALID_ARGUMENT` if a file or an item is none
 */
export function fwCfgItems(options: FwCfgOptions): ReadonlyMap<number, Uint8Array> {
  const { files = {}, items = {}, ramSize = 0, cpus = 1, bootMenu = false } = options;
  const all = new Map<number, Uint8Array>([
    [SIGNATURE, text('QEMU')],
    [ID, little(TRADITIONAL_AND_DMA, 4)],
    [RAM_SIZE, little(ramSize, 8)],
    [CPUS, little(cpus, 2)],
    [MAX_CPUS, little(cpus, 2)],
    [BOOT_MENU, little(Number(bootMenu), 2)],
  ]);
  const sized = (size: number, data: number, bytes: Uint8Array | undefined): void => {
    if (bytes !== undefined) all.set(size, little(bytes.length, 4)).set(data, bytes);
  };
  sized(KERNEL_SIZE, KERNEL_DATA, options.kernel);
  sized(SETUP_SIZE, SETUP_DATA, options.setup);
  sized(INITRD_SIZE, INITRD_DATA, options.initrd);
  const { commandLine } = options;
  sized(COMMAND_LINE_SIZE, COMMAND_LINE_DATA, commandLine === undefined ? undefined : text(`${commandLine}\0`));
  addFiles(all, files);
  for (const [name, content] of Object.entries(items)) {
    const key = Number(name);
    const isItem = Number.isInteger(key) && key >= 0 && key <= ARCHITECTURE_LAST;
    if (!isItem || (key >= FIRST_FILE && key < ARCHITECTURE_FIRST)) {
      throw refused(`'${name}' is no number of an item: they are 0 to 0x1f and 0x8000 to 0xbfff`);
    }
    all.set(key, bytesOf(content, `the item ${name}`));
  }
  return all;
}

/** Files have numbers in the order of their names, and a directory. */
function addFiles(all: Map<number, Uint8Array>, files: Readonly<Record<string, FwCfgContent>>): void {
  const names = Object.keys(files).sort();
  if (names.length > LAST_FILE - FIRST_FILE + 1) throw refused(`there are too many files: ${names.length}`);
  const directory = new Uint8Array(4 + names.length * ENTRY_SIZE);
  const view = new DataView(directory.buffer);
  view.setUint32(0, names.length);
  names.forEach((name, i) => {
    if (!/^[!-~]+$/.test(name) || name.length >= NAME_SIZE) {
      throw refused(`a file cannot be called '${name}': names have 1 to ${NAME_SIZE - 1} visible characters of ASCII`);
    }
    const bytes = bytesOf(files[name], `the file ${name}`);
    const entry = 4 + i * ENTRY_SIZE;
    view.setUint32(entry, bytes.length);
    view.setUint16(entry + 4, FIRST_FILE + i);
    directory.set(text(name), entry + 8);
    all.set(FIRST_FILE + i, bytes);
  });
  all.set(DIRECTORY, directory);
}

function bytesOf(content: FwCfgContent, what: string): Uint8Array {
  if (typeof content === 'string') return text(content);
  if (content instanceof Uint8Array && content.length < 2 ** 32) return content;
  throw refused(`${what} must be a Uint8Array or a string`);
}

function text(characters: string): Uint8Array {
  return new TextEncoder().encode(characters);
}

function little(value: number, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => Math.floor(value / 2 ** (8 * i)) & 0xff);
}

function refused(problem: string): VmError {
  return new VmError('ERR_INVALID_ARGUMENT', `fw-cfg: ${problem}`);
}
