import { isExcused } from './differences.test-util.ts';
import { undefinedFlags } from './flags.test-util.ts';
import { FX } from './fx.test-util.ts';
import { OUT, WINDOW, WINDOW_BYTES } from './layout.test-util.ts';
import type { Outcome } from './outcome.test-util.ts';

const RF = 0x10000;
const DEBUG = 1;
const ST_BYTES = 10;
const GPR_NAMES = ['EAX', 'ECX', 'EDX', 'EBX', 'ESP', 'EBP', 'ESI', 'EDI'];
const SEGMENT_NAMES = ['CS:ES', 'DS:SS', 'GS:FS'];

/** Says what is different; an empty string if nothing is, or nothing but what processors differ in. */
export function compare(outcome: Outcome): string {
  const { kind, expected, got } = outcome;
  const wrong: string[] = [];
  const check = (what: string, at: number, mask = -1): void => {
    const e = expected.getUint32(at, true) & mask;
    const g = got.getUint32(at, true) & mask;
    if (e === g || isExcused(outcome, { what, at, bits: e ^ g })) return;
    wrong.push(`${what} ${(g >>> 0).toString(16)}, not ${(e >>> 0).toString(16)}`);
  };
  check('fault', OUT.SIGNAL);
  check('vector', OUT.TRAP);
  check('error code', OUT.ERROR);
  check('CR2', OUT.CR2);
  check('EIP', OUT.EIP);
  const executed = outcome.exception < 0 || outcome.exception === DEBUG;
  check('EFLAGS', OUT.EFLAGS, ~(RF | (executed ? undefinedFlags(outcome) : 0)));
  GPR_NAMES.forEach((name, n) => {
    check(name, OUT.GPR + n * 4);
  });
  SEGMENT_NAMES.forEach((name, n) => {
    check(name, OUT.SELECTORS + n * 4);
  });
  check('memory beside the window', OUT.BESIDE);
  for (let n = 0; n < WINDOW_BYTES; n += 4) {
    if (expected.getInt32(OUT.WINDOW + n, true) !== got.getInt32(OUT.WINDOW + n, true)) {
      check(`[${(WINDOW + n).toString(16)}]`, OUT.WINDOW + n);
    }
  }
  if (kind !== 'none') compareFx(check);
  return wrong.join(', ');
}

function compareFx(check: (what: string, at: number, mask?: number) => void): void {
  check('FCW', OUT.FX + FX.FCW, 0xffff);
  check('FSW', OUT.FX + FX.FCW, -0x10000);
  check('FTW', OUT.FX + FX.FTW, 0xff);
  check('MXCSR', OUT.FX + FX.MXCSR);
  for (let n = 0; n < 8; n++) {
    const at = OUT.FX + FX.ST + n * 16;
    for (let i = 0; i < ST_BYTES; i += 4) check(`ST(${n}).${i}`, at + i, i === 8 ? 0xffff : -1);
    for (let i = 0; i < 16; i += 4) check(`XMM${n}.${i}`, OUT.FX + FX.XMM + n * 16 + i);
  }
}
