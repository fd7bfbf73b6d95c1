import { VmError } from '../errors.ts';
import { crc32 } from './crc32.ts';
import { FieldReader, malformed } from './field-reader.ts';
import {
  CRC_OFFSET,
  FORMAT_VERSION,
  HEADER_LENGTH_OFFSET,
  MAGIC,
  MAX_HEADER_BYTES,
  PREFIX_BYTES,
  VERSION_OFFSET,
} from './file-layout.ts';
import { validateMachine } from './validate-machine.ts';
import type { MachineDescription } from './vm-snapshot.ts';

/** What the beginning of an encoded snapshot tells, whichever version wrote it. */
export interface SnapshotHeader {
  /** The version of the format, from 1. */
  readonly format: number;
  /** What wrote it: `@picovm/core 0.0.0`. */
  readonly creator: string;
  /** What the user calls it; may be empty. */
  readonly description: string;
  /** Bytes of the whole. */
  readonly size: number;
  /** The machine that it was taken of; undefined if a newer version describes it in a way of its own. */
  readonly machine: MachineDescription | undefined;
  /** What follows the header, in this order. */
  readonly sections: readonly SnapshotSection[];
}

/** One of the parts that follow the header. */
export interface SnapshotSection {
  /** `state`, `bytes`, `memory 0x0`, … */
  readonly name: string;
  /** Bytes. */
  readonly length: number;
  /** Of these bytes. */
  readonly crc32: number;
}

/**
 * Reads the header of an encoded snapshot, of a newer version too. The sections need not be there: of a file, the
 * beginning is enough.
 * @throws VmError `ERR_SNAPSHOT_FORMAT` if it is no snapshot, `ERR_SNAPSHOT_TRUNCATED` if it ends inside the header,
 *   `ERR_SNAPSHOT_CORRUPT` if its checksum is wrong
 */
export function readSnapshotHeader(bytes: Uint8Array): SnapshotHeader {
  return parseHeader(bytes).header;
}

/**
 * Where the header ends: as many bytes are to be there for {@link readSnapshotHeader}.
 * @param bytes at least the first 20
 * @throws VmError as {@link readSnapshotHeader}
 */
export function headerEnd(bytes: Uint8Array): number {
  if (!(bytes instanceof Uint8Array)) throw malformed('it is no Uint8Array');
  const isSnapshot = MAGIC.every((byte, i) => i >= bytes.length || bytes[i] === byte);
  if (!isSnapshot) throw new VmError('ERR_SNAPSHOT_FORMAT', 'this is no snapshot: it does not begin as snapshots do');
  if (bytes.length < PREFIX_BYTES) throw truncated(bytes.length, PREFIX_BYTES);
  const length = viewOf(bytes).getUint32(HEADER_LENGTH_OFFSET, true);
  if (length > MAX_HEADER_BYTES)
    throw malformed(`its header has ${length} bytes, and none has above ${MAX_HEADER_BYTES}`);
  return PREFIX_BYTES + length;
}

/** The header, and the JSON that it was read from. */
export function parseHeader(bytes: Uint8Array): { header: SnapshotHeader; json: unknown } {
  const end = headerEnd(bytes);
  if (bytes.length < end) throw truncated(bytes.length, end);
  const view = viewOf(bytes);
  if (crcOfHeader(bytes.subarray(0, end)) !== view.getUint32(CRC_OFFSET, true)) throw corrupt('header');
  const format = view.getUint32(VERSION_OFFSET, true);
  if (format < 1) throw malformed('its format has the version 0');
  const json = parseJson(bytes.subarray(PREFIX_BYTES, end), 'header');
  const fields = new FieldReader('the header', json);
  const sections = readSections(fields.records('sections'));
  return {
    json,
    header: {
      format,
      creator: fields.string('creator'),
      description: fields.string('description', 1_000_000),
      size: sections.reduce((sum, { length }) => sum + length, end),
      machine: readMachine(fields, format),
      sections,
    },
  };
}

/** The checksum over the prefix and the header. @param bytes both */
export function crcOfHeader(bytes: Uint8Array): number {
  const checked = new Uint8Array(bytes.length - (PREFIX_BYTES - CRC_OFFSET));
  checked.set(bytes.subarray(0, CRC_OFFSET));
  checked.set(bytes.subarray(PREFIX_BYTES), CRC_OFFSET);
  return crc32(checked);
}

/** JSON in UTF-8. @throws VmError `ERR_SNAPSHOT_FORMAT` */
export function parseJson(bytes: Uint8Array, what: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw malformed(`its ${what} is no JSON`);
  }
}

/** The error for bytes that are not what was written. */
export function corrupt(what: string): VmError {
  return new VmError('ERR_SNAPSHOT_CORRUPT', `the snapshot is damaged: the checksum of its ${what} is wrong`, { what });
}

/** The error for a snapshot that ends too early. */
export function truncated(length: number, expected: number): VmError {
  return new VmError(
    'ERR_SNAPSHOT_TRUNCATED',
    `the snapshot ends after ${length} bytes, and should have ${expected} or more: it was cut off`,
    { length, expected },
  );
}

function readSections(list: readonly FieldReader[]): SnapshotSection[] {
  return list.map((fields) => ({
    name: fields.string('name'),
    length: fields.integer('length', 2 ** 48),
    crc32: fields.integer('crc32', 0xffffffff),
  }));
}

function readMachine(fields: FieldReader, format: number): MachineDescription | undefined {
  if (format <= FORMAT_VERSION) return validateMachine(fields.record('machine'));
  try {
    return validateMachine(fields.record('machine'));
  } catch {
    return undefined;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
