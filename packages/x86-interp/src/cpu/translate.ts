import type { Cpu } from './cpu.ts';
import { raisePageFault } from './fault.ts';
import { peekPage, walk } from './page-walk.ts';
import { drive } from './physical.ts';
import { WALK_ENTRIES } from './state-layout.ts';

/**
 * The physical address (unsigned) of a linear one. `cpu.pageFlags` tells about the page.
 * @param linear an int32 @param access see `ACCESS`; `cpu.user` is the part of it that the privilege level says
 * @throws FAULT for a page fault
 */
export function translate(cpu: Cpu, linear: number, access: number): number {
  return cpu.paging === 0 ? (linear & cpu.addressMask) >>> 0 : throughTables(cpu, linear, access);
}

function throughTables(cpu: Cpu, linear: number, access: number): number {
  // What the TLB does not keep (devices, pages with code) is found here.
  const tag = (linear & -4096) | access;
  const entry = ((linear >>> 12) + (access << 3)) & (WALK_ENTRIES - 1);
  if (cpu.walkTags[entry] === tag) {
    cpu.pageFlags = cpu.walkFlags[entry];
    return cpu.walkPages[entry] + (linear & 0xfff);
  }
  const page = walk(cpu, linear, access);
  if (page < 0) raisePageFault(cpu, linear, -1 - page);
  const driven = drive(cpu, page);
  cpu.walkTags[entry] = tag;
  cpu.walkPages[entry] = driven;
  cpu.walkFlags[entry] = cpu.pageFlags;
  return driven + (linear & 0xfff);
}

/** The physical address (unsigned) for a look from outside: no fault, no side effect. @returns -1 if there is none */
export function peekTranslate(cpu: Cpu, linear: number): number {
  if (cpu.paging === 0) return (linear & cpu.addressMask) >>> 0;
  const page = peekPage(cpu, linear);
  return page < 0 ? -1 : drive(cpu, page) + (linear & 0xfff);
}
