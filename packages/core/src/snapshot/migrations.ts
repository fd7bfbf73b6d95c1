import { malformed } from './field-reader.ts';

/** A snapshot file taken apart: what migrations work on. */
export interface SnapshotDocument {
  /** The JSON of the header. */
  readonly header: Readonly<Record<string, unknown>>;
  /** The bytes of the sections by name. */
  readonly sections: ReadonlyMap<string, Uint8Array>;
}

/** Makes a document of the next format version of one. @throws VmError `ERR_SNAPSHOT_FORMAT` */
export type FormatMigration = (document: SnapshotDocument) => SnapshotDocument;

/**
 * From each older format version to the next one: `MIGRATIONS[1]` makes version 2 of version 1. States of devices and of
 * vCPUs have versions and migrations of their own.
 */
const MIGRATIONS: Readonly<Record<number, FormatMigration>> = {};

/**
 * Leads a document through all versions from `from` to `to`.
 * @throws VmError `ERR_SNAPSHOT_FORMAT` if there is no way
 */
export function migrate(
  document: SnapshotDocument,
  from: number,
  to: number,
  migrations: Readonly<Record<number, FormatMigration>> = MIGRATIONS,
): SnapshotDocument {
  let current = document;
  for (let version = from; version < to; version++) {
    const next = migrations[version];
    if (next === undefined) throw malformed(`its format version ${version} was never released`);
    current = next(current);
  }
  return current;
}
