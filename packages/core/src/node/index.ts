/// <reference lib="esnext.disposable" preserve="true" />
export { readSnapshotFile, readSnapshotFileHeader } from './read-snapshot-file.ts';
export { checkSnapshotTarget } from './snapshot-target.ts';
export { writeSnapshotFile } from './write-snapshot-file.ts';
