export { type Bios, type BiosOptions, bios } from './bios.ts';
export type { BiosBlocks, BiosConnection, BiosDisk, BiosMemoryRange, BiosVm, DiskGeometry } from './connection.ts';
export { isKeyBufferFull } from './keyboard/key-buffer.ts';
