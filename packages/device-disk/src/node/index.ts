export { type FileBlocks, type FileBlocksOptions, openFileBlocks } from './open-file-blocks.ts';
