import { VmError } from '../errors.ts';
import { PAGE_SIZE } from '../memory/arena.ts';
import { crc32 } from './crc32.ts';
import { FieldReader, isRecord, malformed } from './field-reader.ts';
import { BYTES_SECTION, FORMAT_VERSION, memorySection, STATE_SECTION } from './file-layout.ts';
import { corrupt, parseHeader, parseJson, type SnapshotHeader, truncated } from './header.ts';
import { migrate, type SnapshotDocument } from './migrations.ts';
import { validateMachine } from './validate-machine.ts';
import { validateSnapshot } from './validate-snapshot.ts';
import { BytesReader, fromJson } from './value-codec.ts';
import type { MemoryPages, VmSnapshot } from './vm-snapshot.ts';

/**
 * Reads what `encodeSnapshot` wrote, of this version or of an older one. Everything is checked against the real length
 * before anything is allocated, and no byte is used twice: bytes that come from strangers take memory in proportion to
 * their number, at most. The contents of memory are views of `bytes`,
 * which is not to be changed as long as the snapshot is in use.
 * @throws VmError `ERR_SNAPSHOT_FORMAT` if it is no snapshot, or a malformed one; `ERR_SNAPSHOT_TRUNCATED`;
 *   `ERR_SNAPSHOT_CORRUPT`; `ERR_SNAPSHOT_VERSION` if a newer version wrote it
 */
export function decodeSnapshot(bytes: Uint8Array): VmSnapshot {
  const { header, json } = parseHeader(bytes);
  checkVersion(header);
  const sections = splitSections(bytes, header);
  return fromDocument(migrate({ header: json as SnapshotDocument['header'], sections }, header.format, FORMAT_VERSION));
}

/** @throws VmError `ERR_SNAPSHOT_VERSION` */
export function checkVersion({ format, creator }: SnapshotHeader): void {
  if (format <= FORMAT_VERSION) return;
  throw new VmError(
    'ERR_SNAPSHOT_VERSION',
    `the snapshot has the format version ${format} (written by ${creator}), and this version of @picovm/core reads up to ` +
      `${FORMAT_VERSION}: install a newer one`,
    { format, supported: FORMAT_VERSION, creator },
  );
}

/** Refuses a file that is shorter, or longer, than its header says. */
export function checkSize(length: number, { size }: SnapshotHeader): void {
  if (length < size) throw truncated(length, size);
  if (length > size) throw malformed(`it has ${length - size} bytes behind its end`);
}

function splitSections(bytes: Uint8Array, header: SnapshotHeader): Map<string, Uint8Array> {
  checkSize(bytes.length, header);
  const { size, sections } = header;
  const parts = new Map<string, Uint8Array>();
  let at = size - sections.reduce((sum, { length }) => sum + length, 0);
  for (const { name, length, crc32: expected } of sections) {
    const part = bytes.subarray(at, at + length);
    if (crc32(part) !== expected) throw corrupt(`section '${name}'`);
    if (parts.has(name)) throw malformed(`it has two sections '${name}'`);
    parts.set(name, part);
    at += length;
  }
  return parts;
}

function fromDocument({ header, sections }: SnapshotDocument): VmSnapshot {
  const fields = new FieldReader('the header', header);
  const machine = validateMachine(fields.record('machine'));
  const bytes = new BytesReader(section(sections, BYTES_SECTION));
  const state = fromJson(parseJson(section(sections, STATE_SECTION), 'state'), bytes);
  bytes.finish();
  if (!isRecord(state)) throw malformed('its state is no record');
  const { meta, vcpu, devices, clock, run, counters } = state;
  return validateSnapshot({
    description: fields.string('description', Number.MAX_SAFE_INTEGER),
    creator: fields.string('creator'),
    machine,
    memory: machine.memory.map(({ base }) => pagesOf(section(sections, memorySection(base)))),
    ...{ meta, vcpu, devices, clock, run, counters },
  });
}

function section(sections: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array {
  const found = sections.get(name);
  if (found === undefined) throw malformed(`it has no section '${name}'`);
  return found;
}

function pagesOf(bytes: Uint8Array): MemoryPages {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = bytes.length < 4 ? -1 : view.getUint32(0, true);
  if (bytes.length !== 4 + count * (4 + PAGE_SIZE))
    throw malformed('a section of memory has not the length of its pages');
  const pages = Uint32Array.from({ length: count }, (_, i) => view.getUint32(4 + 4 * i, true));
  return { pages, data: bytes.subarray(4 + 4 * count) };
}
