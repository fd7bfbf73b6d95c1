import type { Cpu } from '../cpu/cpu.ts';
import { breaksOnPage, checkExecution, forgetBreaks } from '../cpu/debug-registers.ts';
import { raise, VECTOR } from '../cpu/fault.ts';
import { MODEL } from '../cpu/models.ts';
import { ACCESS } from '../cpu/page-walk.ts';
import { arenaOffset } from '../cpu/physical.ts';
import { ATTR, CS, FETCH_ENTRIES, SEG, SLOT } from '../cpu/state-layout.ts';
import { translate } from '../cpu/translate.ts';
import { UNCACHED_PAGE } from '../decode/code-cache.ts';
import { RECORD_SHIFT } from '../decode/record.ts';

const PAGE = 4096;

/**
 * Finds the decoded page for CS:RIP.
 * @returns the place of the instruction there; the CPU's `pcBase`, `ipBase`, `pcLow`, `pcHigh` are set to match
 * @throws FAULT if RIP is beyond the limit; `currentIp` is the new one by then
 */
export function enterCode(cpu: Cpu): number {
  const { state } = cpu;
  if (cpu.model < MODEL.I80386) state[SLOT.RIP] &= 0xffff;
  const ip = state[SLOT.RIP];
  const linear = (state[CS + SEG.BASE] + ip) | 0;
  const offset = linear & (PAGE - 1);
  // Until the page is known, this is a place from where each instruction is fetched anew.
  cpu.pcBase = UNCACHED_PAGE;
  cpu.ipBase = ip - offset;
  cpu.pcLow = cpu.pcHigh = 0;
  state[SLOT.PC] = UNCACHED_PAGE + (offset << RECORD_SHIFT);
  const watched = cpu.watchExecute !== 0 && breaksOnPage(cpu, linear);
  if (watched) checkExecution(cpu, linear);
  const limit = cpu.u32[CS + SEG.LIMIT];
  if (ip >>> 0 > limit) raise(cpu, VECTOR.GP);
  // A page in which the segment ends is not kept decoded: its instructions may wrap, or fault.
  const beginsInside = cpu.ipBase < 0 && ip >= 0;
  if ((beginsInside ? cpu.ipBase : cpu.ipBase >>> 0) + PAGE - 1 > limit) return state[SLOT.PC];
  const page = pageOf(cpu, linear);
  if (page < 0) return state[SLOT.PC];
  if (watched) forgetBreaks(cpu, page, linear);
  cpu.pcBase = page;
  // A segment may begin inside the page: below it are no targets.
  const first = beginsInside ? -cpu.ipBase : 0;
  cpu.pcLow = page + (first << RECORD_SHIFT);
  cpu.pcHigh = page + (PAGE << RECORD_SHIFT);
  state[SLOT.PC] = page + (offset << RECORD_SHIFT);
  return state[SLOT.PC];
}

/**
 * Goes to another page whose decoded copy is known, with nothing to check there: the whole page is inside the segment.
 * @param ip an int32 @returns the place of the instruction there, and the CPU's fields are set to match; or -1, and nothing has changed
 */
export function enterOther(cpu: Cpu, ip: number): number {
  const { state } = cpu;
  const linear = (state[CS + SEG.BASE] + ip) | 0;
  const offset = linear & (PAGE - 1);
  const entry = (linear >>> 12) & (FETCH_ENTRIES - 1);
  const size = (state[CS + SEG.ATTRIBUTES] & ATTR.DB) !== 0 ? 1 : 0;
  if (state[SLOT.FETCH_TAG + entry] !== ((linear & -PAGE) | size | cpu.user)) return -1;
  const first = (ip >>> 0) - offset;
  if (first < 0 || first + PAGE - 1 > cpu.u32[CS + SEG.LIMIT]) return -1;
  if (cpu.watchExecute !== 0 || cpu.model < MODEL.I80386) return -1;
  const page = state[SLOT.FETCH_PAGE + entry];
  cpu.pcBase = cpu.pcLow = page;
  cpu.pcHigh = page + (PAGE << RECORD_SHIFT);
  cpu.ipBase = ip - offset;
  cpu.codePage = cpu.codePages[entry];
  return page + (offset << RECORD_SHIFT);
}

// The decoded copy of a linear page; negative if it is no memory.
function pageOf(cpu: Cpu, linear: number): number {
  const { state, cache } = cpu;
  const page = linear & -PAGE;
  const size = (state[CS + SEG.ATTRIBUTES] & ATTR.DB) !== 0 ? 1 : 0;
  const entry = (linear >>> 12) & (FETCH_ENTRIES - 1);
  // The tag's low bits tell the code size, and whether it is the user's.
  const tag = page | size | cpu.user;
  if (state[SLOT.FETCH_TAG + entry] !== tag) {
    const at = arenaOffset(cpu, translate(cpu, linear, ACCESS.FETCH | cpu.user) - (linear & (PAGE - 1)));
    if (at < 0) return -1;
    const decoded = cache.pageFor(at >>> 12, size);
    state[SLOT.FETCH_TAG + entry] = tag;
    state[SLOT.FETCH_PAGE + entry] = decoded;
    cpu.codePages[entry] = at;
  }
  cpu.codePage = cpu.codePages[entry];
  return state[SLOT.FETCH_PAGE + entry];
}

/** The IP of a place in the current page. One before the beginning of a 16-bit segment is at its end. */
export function ipAt(cpu: Cpu, pc: number): number {
  const ip = ((pc - cpu.pcBase) >> RECORD_SHIFT) + cpu.ipBase;
  return ip < 0 && (cpu.state[CS + SEG.ATTRIBUTES] & ATTR.DB) === 0 ? ip & 0xffff : ip;
}
