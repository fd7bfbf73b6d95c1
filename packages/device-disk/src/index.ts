export { ata } from './ata/ata.ts';
export type {
  Ata,
  AtaCdrom,
  AtaDisk,
  AtaDrive,
  AtaDrives,
  AtaOptions,
  AtaPosition,
  OnTray,
  TrayState,
} from './ata/ata-types.ts';
export type { IdeFunction, IdeFunctionSpec, IdePciBus } from './ata/bus-master/pci-types.ts';
export type { Geometry } from './ata/disk/geometry.ts';
export { blobBlocks } from './block/blob-blocks.ts';
export { BLOCK_SIZE, type BlockBackend } from './block/block-backend.ts';
export { type HttpBlocksOptions, httpBlocks } from './block/http-blocks.ts';
export { type MemoryBlocks, type MemoryBlocksOptions, memoryBlocks } from './block/memory-blocks.ts';
export { type Overlay, type OverlayOptions, overlay } from './block/overlay.ts';
export { readOnly } from './block/read-only.ts';
export { type SparseBlocks, type SparseBlocksOptions, sparseBlocks } from './block/sparse-blocks.ts';
export { floppy } from './floppy/floppy.ts';
export type {
  DmaChannel,
  DmaController,
  Floppy,
  FloppyDriveInfo,
  FloppyDriveOptions,
  FloppyOptions,
} from './floppy/floppy-types.ts';
export type { FloppyDriveType } from './floppy/geometry.ts';
