import type { Random } from '@picovm/testkit';
import { randomCode } from './code.test-util.ts';
import { HANDLER_BYTES, HANDLER_COUNT, PLACE } from './layout.test-util.ts';

const WITH_CODE = [8, 10, 11, 12, 13, 14, 17];
const OTHER_FAULTS = [0, 5, 6, 7, 16, 19];
/** One in so many handlers is random code, and one in so many vectors leads to the wrong one. */
const WRONG = 24;

// What a handler does: nothing, leave out a byte of what failed, or do so behind an error code.
const KINDS = ['return', 'skip', 'skip with code'] as const;

const CODE_16 = {
  return: [[0xcf], [0xfb, 0xcf]], // iret; sti, iret
  skip: [
    [0x55, 0x8b, 0xec, 0xff, 0x46, 0x02, 0x5d, 0xcf], // push bp; mov bp,sp; inc word [bp+2]; pop bp; iret
    [0x0f, 0x06, 0xdb, 0xe2, 0x55, 0x8b, 0xec, 0xff, 0x46, 0x02, 0x5d, 0xcf], // clts; fnclex first
  ],
  'skip with code': [[0x83, 0xc4, 0x02, 0x55, 0x8b, 0xec, 0xff, 0x46, 0x02, 0x5d, 0xcf]], // add sp,2 first
};
const CODE_32 = {
  return: [[0xcf], [0xfb, 0xcf]],
  skip: [
    [0xff, 0x04, 0x24, 0xcf], // inc dword [esp]; iretd
    [0x0f, 0x06, 0xdb, 0xe2, 0x83, 0x04, 0x24, 0x02, 0xcf], // clts; fnclex; add dword [esp],2; iretd
  ],
  'skip with code': [[0x83, 0xc4, 0x04, 0xff, 0x04, 0x24, 0xcf]], // add esp,4 first
};

/** The handlers of interrupts, which are to lie at `PLACE.HANDLERS`. */
export function handlers(random: Random, size: 16 | 32): Uint8Array {
  const code = randomCode(random, HANDLER_COUNT * HANDLER_BYTES, { kind: 'instructions', size });
  const bytes = size === 16 ? CODE_16 : CODE_32;
  for (let n = 0; n < HANDLER_COUNT; n++) {
    if (random.oneIn(WRONG)) continue;
    code.set(random.pick(bytes[KINDS[n % KINDS.length]]), n * HANDLER_BYTES);
  }
  return code;
}

/** The place of a handler for a vector. @param codes whether there are error codes */
export function handlerFor(random: Random, vector: number, codes: boolean): number {
  const right =
    codes && WITH_CODE.includes(vector) ? 2 : WITH_CODE.includes(vector) || OTHER_FAULTS.includes(vector) ? 1 : 0;
  const kind = random.oneIn(WRONG) ? random.below(KINDS.length) : right;
  const number = kind + KINDS.length * random.below(Math.floor(HANDLER_COUNT / KINDS.length));
  return PLACE.HANDLERS + number * HANDLER_BYTES;
}
