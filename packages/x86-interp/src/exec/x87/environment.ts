import { CR0, RFLAGS } from '@picovm/core/x86';
import type { Cpu } from '../../cpu/cpu.ts';
import { lastOpcode, setLastOpcode } from '../../cpu/fpu-state.ts';
import { SLOT } from '../../cpu/state-layout.ts';
import { AUX, RECORD } from '../../decode/record.ts';
import { type Handler, NEXT, STAY } from '../handler.ts';
import { initialize, setControl } from './control.ts';
import { available, ready, updateError } from './exceptions.ts';
import { area, readArea, writeArea } from './operand.ts';
import { isEmpty, physical } from './state.ts';

const { FCW, FSW, FTW, FIP, FCS, FDP, FDS, X87 } = SLOT;
const UPPER_ONES = -0x10000;
const SELECTOR_BITS = 0xffff;
/** Two bits a register. */
const TAG = { VALID: 0, ZERO: 1, SPECIAL: 2, EMPTY: 3 } as const;

// The tag word, which the CPU derives from what the registers hold.
function tagWord(cpu: Cpu): number {
  let tags = 0;
  for (let n = 0; n < 8; n++) tags |= tagOf(cpu, n) << (n * 2);
  return tags;
}

function tagOf(cpu: Cpu, register: number): number {
  if (isEmpty(cpu, register)) return TAG.EMPTY;
  const { state } = cpu;
  const at = X87 + register * 4;
  const exp = state[at + 2] & 0x7fff;
  if (exp === 0 && (state[at] | state[at + 1]) === 0) return TAG.ZERO;
  return exp === 0 || exp === 0x7fff || state[at + 1] >= 0 ? TAG.SPECIAL : TAG.VALID;
}

// Real mode and virtual-8086 mode have linear addresses in place of selectors.
function hasSelectors({ state }: Cpu): boolean {
  return (state[SLOT.CR0] & CR0.PE) !== 0 && (state[SLOT.FLAGS] & RFLAGS.VM) === 0;
}

function isWide(cpu: Cpu, rec: number): boolean {
  return (cpu.cache.code[rec + RECORD.AUX] & AUX.OPERAND32) !== 0;
}

// Makes the environment in `area` (Intel SDM volume 1, figures 8-9 to 8-12). @returns its bytes
function makeEnvironment(cpu: Cpu, wide: boolean): number {
  const { state } = cpu;
  const words = [state[FCW], state[FSW], tagWord(cpu)];
  if (hasSelectors(cpu)) {
    if (wide) {
      const code = state[FCS] | (lastOpcode(cpu) << 16);
      area.set([...words.map((word) => word | UPPER_ONES), state[FIP], code, state[FDP], state[FDS] | UPPER_ONES]);
      return 28;
    }
    words.push(state[FIP], state[FCS], state[FDP], state[FDS]);
  } else {
    const code = ((state[FCS] << 4) + state[FIP]) | 0;
    const data = ((state[FDS] << 4) + state[FDP]) | 0;
    const opcode = lastOpcode(cpu);
    if (wide) {
      area.set([
        ...words.map((word) => word | UPPER_ONES),
        (code & 0xffff) | UPPER_ONES,
        ((code >>> 16) << 12) | opcode,
        (data & 0xffff) | UPPER_ONES,
        (data >>> 16) << 12,
      ]);
      return 28;
    }
    words.push(code, ((code >>> 4) & 0xf000) | opcode, data, (data >>> 4) & 0xf000);
  }
  for (let i = 0; i < 7; i += 2) area[i >> 1] = (words[i] & 0xffff) | ((words[i + 1] ?? 0) << 16);
  return 14;
}

// Takes an environment from `area`.
function takeEnvironment(cpu: Cpu, wide: boolean): void {
  const { state } = cpu;
  const word = (i: number): number => (wide ? area[i] : (area[i >> 1] >>> ((i & 1) * 16)) & 0xffff);
  setControl(cpu, word(0));
  let full = 0;
  for (let n = 0; n < 8; n++) if (((word(2) >> (n * 2)) & 3) !== TAG.EMPTY) full |= 1 << n;
  state[FTW] = full;
  if (hasSelectors(cpu)) {
    state[FIP] = word(3);
    state[FCS] = word(4) & SELECTOR_BITS;
    if (wide) setLastOpcode(cpu, word(4) >>> 16);
    state[FDP] = word(5);
    state[FDS] = word(6) & SELECTOR_BITS;
  } else {
    const high = (value: number): number => (wide ? (value >>> 12) << 16 : (value & 0xf000) << 4);
    state[FIP] = (word(3) & 0xffff) | high(word(4));
    state[FDP] = (word(5) & 0xffff) | high(word(6));
    state[FCS] = state[FDS] = 0;
    setLastOpcode(cpu, word(4));
  }
  // ES and B keep what was pending, so that FERR# changes if they do.
  state[FSW] = (word(1) & 0x7f7f) | (state[FSW] & 0x8080);
  updateError(cpu);
}

const fnstenv: Handler = (cpu, rec) => {
  available(cpu);
  writeArea(cpu, rec, makeEnvironment(cpu, isWide(cpu, rec)));
  cpu.state[FCW] |= 0x3f;
  updateError(cpu);
  return NEXT;
};

const fldenv: Handler = (cpu, rec) => {
  if (!ready(cpu)) return STAY;
  const wide = isWide(cpu, rec);
  readArea(cpu, rec, wide ? 28 : 14);
  takeEnvironment(cpu, wide);
  return NEXT;
};

const REGISTER_BYTES = 10;
const STACK_BYTES = 80;
const bytes = new DataView(area.buffer);

const fnsave: Handler = (cpu, rec) => {
  available(cpu);
  const { state } = cpu;
  const first = makeEnvironment(cpu, isWide(cpu, rec));
  for (let i = 0; i < 8; i++) {
    const at = X87 + physical(cpu, i) * 4;
    const to = first + i * REGISTER_BYTES;
    bytes.setInt32(to, state[at], true);
    bytes.setInt32(to + 4, state[at + 1], true);
    bytes.setUint16(to + 8, state[at + 2], true);
  }
  writeArea(cpu, rec, first + STACK_BYTES);
  cpu.state[FCW] |= 0x3f;
  updateError(cpu);
  initialize(cpu);
  return NEXT;
};

const frstor: Handler = (cpu, rec) => {
  if (!ready(cpu)) return STAY;
  const { state } = cpu;
  const wide = isWide(cpu, rec);
  const first = wide ? 28 : 14;
  readArea(cpu, rec, first + STACK_BYTES);
  takeEnvironment(cpu, wide);
  for (let i = 0; i < 8; i++) {
    const at = X87 + physical(cpu, i) * 4;
    const from = first + i * REGISTER_BYTES;
    state[at] = bytes.getInt32(from, true);
    state[at + 1] = bytes.getInt32(from + 4, true);
    state[at + 2] = bytes.getUint16(from + 8, true);
  }
  return NEXT;
};

/** Saving and restoring of the state. */
export const ENVIRONMENT: Record<string, Handler> = {
  FNSTENV: fnstenv,
  FLDENV: fldenv,
  FNSAVE: fnsave,
  FRSTOR: frstor,
};
