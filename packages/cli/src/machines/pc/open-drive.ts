import { statSync } from 'node:fs';
import { isVmError } from '@picovm/core';
import { type BlockBackend, httpBlocks, type Overlay, overlay } from '@picovm/device-disk';
import { type FileBlocksOptions, openFileBlocks } from '@picovm/device-disk/node';
import type { DriveArgument, DriveOption } from '../../options/drive-argument.ts';
import { printable } from '../../output/printable.ts';
import { UsageError } from '../../usage-error.ts';
import { checkDriveImage } from './check-drive-image.ts';

const SECTOR = 512;
/** 86 cylinders of two sides with 48 sectors. */
const MAX_FLOPPY = 86 * 2 * 48 * SECTOR;

/** What is in a drive. */
export interface OpenDrive {
  readonly argument: DriveArgument;
  /** What the machine gets. */
  readonly blocks: BlockBackend;
  /** Bytes of the file. */
  readonly size: number;
  /** What keeps the guest's writes from the file, if something does. */
  readonly overlay: Overlay | undefined;
}

/**
 * Opens what an option puts into a drive; a file is locked.
 * @throws UsageError (as a rejection) naming the option
 */
export async function openDrive(argument: DriveArgument): Promise<OpenDrive> {
  const what = `--${argument.option} ${printable(argument.file)}`;
  const isUrl = /^https?:\/\//i.test(argument.file);
  const { blocks, size } = isUrl ? await openUrl(argument, what) : openFile(argument, what);
  if (!argument.overlay) return { argument, blocks, size, overlay: undefined };
  const upper = overlay(blocks);
  return { argument, blocks: upper, size, overlay: upper };
}

async function openUrl({ option, file }: DriveArgument, what: string): Promise<{ blocks: BlockBackend; size: number }> {
  if (option === 'floppy') throw new UsageError(`${what}: floppies are files: download it first`);
  try {
    const blocks = await httpBlocks(file);
    return { blocks, size: blocks.size };
  } catch (error) {
    throw new UsageError(`${what}: ${printable((error as Error).message)}`);
  }
}

function openFile(argument: DriveArgument, what: string): { blocks: BlockBackend; size: number } {
  const { option, file, readonly } = argument;
  checkFile(argument, what);
  const options = { readonly: readonly || argument.overlay, lock: argument.unlocked !== true };
  try {
    const blocks = openLocked(file, options, what);
    // Of an image whose last sector is cut off, the rest is zeros.
    if (blocks.size > 0) return { blocks, size: blocks.size };
    void blocks.close();
  } catch (error) {
    throw new UsageError(`${what}: ${reason(error, option !== 'cdrom' && !options.readonly)}`);
  }
  throw new UsageError(`${what}: it is empty`);
}

function openLocked(file: string, options: FileBlocksOptions, what: string): ReturnType<typeof openFileBlocks> {
  try {
    return openFileBlocks(file, options);
  } catch (error) {
    if (!isVmError(error) || error.code !== 'ERR_UNSUPPORTED') throw error;
    const blocks = openFileBlocks(file, { ...options, lock: false });
    console.error(`picovm: ${what}: this system cannot lock it: see that nobody else writes to it`);
    return blocks;
  }
}

function checkFile({ option, file }: DriveArgument, what: string): void {
  const info = statSync(file, { throwIfNoEntry: false });
  if (info === undefined) throw new UsageError(`${what}: no such file`);
  if (info.isDirectory()) throw new UsageError(`${what}: it is a directory: give the file of an image`);
  if (!info.isFile()) return;
  if (info.size === 0) throw new UsageError(`${what}: it is empty`);
  lookInto(option, file, what);
  if (option === 'floppy' && info.size > MAX_FLOPPY) {
    throw new UsageError(`${what}: no floppy has ${info.size} bytes: give it as --disk`);
  }
}

function lookInto(option: DriveOption, file: string, what: string): void {
  try {
    checkDriveImage(option, file, what);
  } catch (error) {
    // A file that cannot be read is for those to tell who open it.
    if (error instanceof UsageError) throw error;
  }
}

function reason(error: unknown, writes: boolean): string {
  if (!isVmError(error)) return printable((error as Error).message);
  const { code, pid } = error.details as { code?: string; pid?: number };
  const forReading = writes ? '; with ,ro or ,overlay it is only read' : '';
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return `no permission to ${writes ? 'write' : 'read'} it${forReading}`;
  if (code === 'ENOENT') return 'no such file';
  if (/ is in use: /.test(error.message)) {
    const who = pid === undefined ? 'another process' : pid === process.pid ? 'another option' : `process ${pid}`;
    return `it is in use: ${who} has it open${writes ? '; give both ,ro or ,overlay to share it' : ' for writing'}`;
  }
  return printable(error.message);
}
