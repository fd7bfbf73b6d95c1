// What a shared library (ELF, 64 bits, little-endian) asks of others and gives them, without any tool.

import { readFileSync } from 'node:fs';

/**
 * @typedef {object} DynamicSymbol
 * @property {string} name
 * @property {string} version The version it is bound to; empty if it is not bound to one.
 * @property {boolean} weak It may be missing.
 */
/**
 * @typedef {object} Library
 * @property {string[]} needed The libraries that are loaded with it, in order.
 * @property {DynamicSymbol[]} undefinedSymbols What it takes from others.
 * @property {string[]} defined The names that it gives to others.
 * @property {string[]} sections
 */

const SHT_DYNAMIC = 6;
const SHT_DYNSYM = 11;
const SHT_GNU_VERNEED = 0x6ffffffe;
const SHT_GNU_VERSYM = 0x6fffffff;
const DT_NEEDED = 1n;
const STB_WEAK = 2;

/** @param {string} file @returns {Library} Throws an Error if it is no such library. */
export function readLibrary(file) {
  const bytes = readFileSync(file);
  if (bytes.length < 64 || bytes.readUInt32BE(0) !== 0x7f454c46 || bytes[4] !== 2 || bytes[5] !== 1) {
    throw new Error(`${file} is no ELF file of 64 bits`);
  }
  const sections = sectionsOf(bytes);
  const find = (/** @type {number} */ type) => sections.find((section) => section.type === type);
  const symbols = find(SHT_DYNSYM);
  const dynamic = find(SHT_DYNAMIC);
  if (symbols === undefined || dynamic === undefined) throw new Error(`${file} is no shared library`);
  const names = sections[symbols.link];
  const string = (/** @type {number} */ at) => stringAt(bytes, names.offset + at);

  const needed = [];
  for (let at = dynamic.offset; at < dynamic.offset + dynamic.size; at += 16) {
    if (bytes.readBigUInt64LE(at) === DT_NEEDED) needed.push(string(Number(bytes.readBigUInt64LE(at + 8))));
  }
  const versions = versionsOf(bytes, find(SHT_GNU_VERNEED), string);
  const versionOf = find(SHT_GNU_VERSYM);
  const undefinedSymbols = [];
  const defined = [];
  // The first is none.
  for (let i = 1; i < symbols.size / 24; i++) {
    const at = symbols.offset + i * 24;
    const name = string(bytes.readUInt32LE(at));
    const isDefined = bytes.readUInt16LE(at + 6) !== 0;
    const number = versionOf === undefined ? 0 : bytes.readUInt16LE(versionOf.offset + i * 2) & 0x7fff;
    if (isDefined) defined.push(name);
    else undefinedSymbols.push({ name, version: versions.get(number) ?? '', weak: bytes[at + 4] >> 4 === STB_WEAK });
  }
  return { needed, undefinedSymbols, defined, sections: sections.map(({ name }) => name) };
}

/** @typedef {{ name: string, type: number, offset: number, size: number, link: number, info: number }} Section */

/** @param {Buffer} bytes @returns {Section[]} */
function sectionsOf(bytes) {
  const table = Number(bytes.readBigUInt64LE(40));
  const count = bytes.readUInt16LE(60);
  const sections = Array.from({ length: count }, (_, i) => {
    const at = table + i * 64;
    return {
      name: '',
      type: bytes.readUInt32LE(at + 4),
      offset: Number(bytes.readBigUInt64LE(at + 24)),
      size: Number(bytes.readBigUInt64LE(at + 32)),
      link: bytes.readUInt32LE(at + 40),
      info: bytes.readUInt32LE(at + 44),
    };
  });
  const names = sections[bytes.readUInt16LE(62)];
  for (const [i, section] of sections.entries()) {
    section.name = stringAt(bytes, names.offset + bytes.readUInt32LE(table + i * 64));
  }
  return sections;
}

/**
 * The versions that are asked for, by the number that a symbol has.
 * @param {Buffer} bytes @param {Section | undefined} section @param {(at: number) => string} string
 */
function versionsOf(bytes, section, string) {
  const versions = new Map();
  let at = section?.offset ?? 0;
  for (let library = 0; library < (section?.info ?? 0); library++) {
    let version = at + bytes.readUInt32LE(at + 8);
    for (let i = 0; i < bytes.readUInt16LE(at + 2); i++) {
      versions.set(bytes.readUInt16LE(version + 6), string(bytes.readUInt32LE(version + 8)));
      version += bytes.readUInt32LE(version + 12);
    }
    at += bytes.readUInt32LE(at + 12);
  }
  return versions;
}

/** @param {Buffer} bytes @param {number} at */
function stringAt(bytes, at) {
  return bytes.toString('latin1', at, bytes.indexOf(0, at));
}
