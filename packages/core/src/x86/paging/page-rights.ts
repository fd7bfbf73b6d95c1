import { CR0, CR4 } from '../flags.ts';
import { RW, US, XD } from './entry-bits.ts';
import { has, type PagingRegisters } from './paging-mode.ts';

/** Reading, writing, executing: a letter each, or `-`. */
export type AccessRights = `${'r' | '-'}${'w' | '-'}${'x' | '-'}`;

/** What may be done with a page (Intel SDM volume 3A, section 4.6.1). Protection keys are not looked at. */
export interface PageRights {
  /** At privilege levels 0 to 2, with RFLAGS.AC clear. */
  readonly supervisor: AccessRights;
  /** At privilege level 3. */
  readonly user: AccessRights;
}

/** The rights that a page has, with CR0.WP, CR4.SMEP and CR4.SMAP. @param granted RW and US if all entries have them, XD if one has it */
export function rightsOf({ cr0, cr4 }: PagingRegisters, granted: bigint): PageRights {
  const ofUser = has(granted, US);
  const writable = has(granted, RW);
  const executable = granted < XD;
  const data = !(ofUser && has(cr4, CR4.SMAP));
  return {
    supervisor: letters(data, writable || !has(cr0, CR0.WP), executable && !(ofUser && has(cr4, CR4.SMEP))),
    user: letters(ofUser, writable, ofUser && executable),
  };
}

function letters(read: boolean, write: boolean, execute: boolean): AccessRights {
  return `${read ? 'r' : '-'}${read && write ? 'w' : '-'}${execute ? 'x' : '-'}`;
}
