/** What an instruction does to the flags: letters of `oszapc` (status), `i` IF, `d` DF, `t` TF. */
export interface FlagEffects {
  /** Flags that the result depends on. */
  readonly read: string;
  /** Flags that are set to a defined value. */
  readonly written: string;
  /** Flags that are undefined afterwards. */
  readonly undefined: string;
}

const STATUS = 'oszapc';

function effects(written: string, read = '', undef = ''): FlagEffects {
  return { read, written, undefined: undef };
}

const NONE = effects('');
const ARITHMETIC = effects(STATUS);
const WITH_CARRY = effects(STATUS, 'c');
const LOGIC = effects('oszpc', '', 'a');
const COUNTED = effects('oszap');
const SHIFT = effects('oszpc', '', 'oa');
const ROTATE = effects('oc', '', 'o');
const ROTATE_CARRY = effects('oc', 'c', 'o');
const MULTIPLY = effects('oc', '', 'szap');
const DIVIDE = effects('', '', STATUS);
const BIT = effects('c', '', 'osap');
const SCAN = effects('z', '', 'osapc');

/** By mnemonic; those that are not here neither read nor change a flag (Intel SDM volume 1, appendix A). */
const EFFECTS: Readonly<Record<string, FlagEffects>> = {
  ADD: ARITHMETIC, ADC: WITH_CARRY, SUB: ARITHMETIC, SBB: WITH_CARRY, CMP: ARITHMETIC, NEG: ARITHMETIC,
  AND: LOGIC, OR: LOGIC, XOR: LOGIC, TEST: LOGIC, INC: COUNTED, DEC: COUNTED,
  XADD: ARITHMETIC, CMPXCHG: ARITHMETIC, CMPXCHG8B: effects('z'), POPCNT: ARITHMETIC,
  SHL: SHIFT, SHR: SHIFT, SAR: SHIFT, SHLD: SHIFT, SHRD: SHIFT,
  ROL: ROTATE, ROR: ROTATE, RCL: ROTATE_CARRY, RCR: ROTATE_CARRY, SETMO: effects('', '', STATUS),
  MUL: MULTIPLY, IMUL: MULTIPLY, DIV: DIVIDE, IDIV: DIVIDE,
  DAA: effects('szapc', 'ac', 'o'), DAS: effects('szapc', 'ac', 'o'),
  AAA: effects('ac', 'a', 'oszp'), AAS: effects('ac', 'a', 'oszp'),
  AAM: effects('szp', '', 'oac'), AAD: effects('szp', '', 'oac'),
  BT: BIT, BTS: BIT, BTR: BIT, BTC: BIT, BSF: SCAN, BSR: SCAN,
  CMPS: effects(STATUS, 'd'), SCAS: effects(STATUS, 'd'),
  MOVS: effects('', 'd'), STOS: effects('', 'd'), LODS: effects('', 'd'),
  INS: effects('', 'd'), OUTS: effects('', 'd'),
  CLC: effects('c'), STC: effects('c'), CMC: effects('c', 'c'), SALC: effects('', 'c'),
  CLI: effects('i'), STI: effects('i'), CLD: effects('d'), STD: effects('d'),
  SAHF: effects('szapc'), LAHF: effects('', 'szapc'),
  PUSHF: effects('', `${STATUS}itd`), POPF: effects(`${STATUS}itd`), IRET: effects(`${STATUS}itd`),
  INT: effects('it', `${STATUS}itd`), INT3: effects('it', `${STATUS}itd`), INT1: effects('it', `${STATUS}itd`),
  INTO: effects('it', `${STATUS}itd`), LOOPE: effects('', 'z'), LOOPNE: effects('', 'z'),
  SYSENTER: effects('i'),
  ARPL: effects('z'), VERR: effects('z'), VERW: effects('z'), LAR: effects('z'), LSL: effects('z'),
}; // biome-ignore format: a table

const CONDITIONS = ['o', 'c', 'z', 'cz', 's', 'p', 'so', 'szo'] as const;

/** The effects of an instruction. @param condition the condition code of Jcc and SETcc, else undefined */
export function flagEffects(mnemonic: string, condition: number | undefined): FlagEffects {
  if (condition !== undefined) return effects('', CONDITIONS[condition >> 1]);
  return EFFECTS[mnemonic] ?? NONE;
}
