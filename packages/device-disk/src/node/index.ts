export type { FileBlocks } from './file-blocks.ts';
export { type FileBlocksOptions, openFileBlocks } from './open-file-blocks.ts';
