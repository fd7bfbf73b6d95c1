import type { Cpu } from '../cpu/cpu.ts';
import { raise, VECTOR } from '../cpu/fault.ts';
import { MODEL } from '../cpu/models.ts';
import { MISC_ENABLE } from '../cpu/msr-table.ts';
import { arenaOffset } from '../cpu/physical.ts';
import { probeRead } from '../cpu/slow-memory.ts';
import { REG, SEG, SLOT } from '../cpu/state-layout.ts';
import { peekTranslate } from '../cpu/translate.ts';
import { AUX, RECORD } from '../decode/record.ts';
import { type Handler, NEXT } from './handler.ts';
import { waitForInterrupt } from './misc.ts';
import { segmentOf } from './operand.ts';

const LINE = 64;

// At other levels they do not exist; ECX has extensions, of which there are none (Intel SDM volume 2, MONITOR, MWAIT).
function check(cpu: Cpu): void {
  const off = cpu.model === MODEL.PENTIUM_4 && (cpu.state[SLOT.MISC_ENABLE] & MISC_ENABLE.MONITOR) === 0;
  if (cpu.cpl !== 0 || off) raise(cpu, VECTOR.UD);
  if (cpu.state[REG.CX * 2] !== 0) raise(cpu, VECTOR.GP);
}

const monitor: Handler = (cpu, rec) => {
  check(cpu);
  const segment = segmentOf(cpu, rec);
  const wide = (cpu.cache.code[rec + RECORD.AUX] & AUX.ADDRESS32) !== 0;
  const offset = wide ? cpu.state[0] : cpu.u16[0];
  probeRead(cpu, segment, offset, 1);
  const linear = (cpu.state[segment + SEG.BASE] + offset) & -LINE;
  const physical = peekTranslate(cpu, linear);
  const at = arenaOffset(cpu, physical);
  cpu.monitored = at < 0 ? -1 : physical;
  if (at >= 0) cpu.monitoredLine.set(cpu.mem.subarray(at, at + LINE));
  return NEXT;
};

// The CPU waits if nothing was written since MONITOR: for an interrupt, as nobody else tells it of writes then.
const mwait: Handler = (cpu) => {
  check(cpu);
  const at = cpu.monitored < 0 ? -1 : arenaOffset(cpu, cpu.monitored);
  cpu.monitored = -1;
  if (at >= 0 && cpu.monitoredLine.every((byte, n) => cpu.mem[at + n] === byte)) waitForInterrupt(cpu);
  return NEXT;
};

/** MONITOR and MWAIT. */
export const MONITOR: Record<string, Handler> = {
  MONITOR: monitor,
  MWAIT: mwait,
};
