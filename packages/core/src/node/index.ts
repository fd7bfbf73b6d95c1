/// <reference lib="esnext.disposable" preserve="true" />
export { readSnapshotFile, readSnapshotFileHeader } from './read-snapshot-file.ts';
export { writeSnapshotFile } from './write-snapshot-file.ts';
