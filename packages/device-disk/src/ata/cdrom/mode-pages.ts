import { put16 } from './big-endian.ts';

const ERROR_RECOVERY = 0x01;
const AUDIO_CONTROL = 0x0e;
const CAPABILITIES = 0x2a;
const ALL_PAGES = 0x3f;
const PAGES = [ERROR_RECOVERY, AUDIO_CONTROL, CAPABILITIES];

/** KB/s of a fourfold drive, and kilobytes of its buffer. */
const SPEED = 706;
const BUFFER = 128;

/**
 * The pages of MODE SENSE (MMC-3, 5.11), after a header.
 * @param header bytes of it: 8, or 4 of MODE SENSE (6)
 * @param page which one, or all of them
 * @param changeable a mask of the bits that MODE SELECT can change, of which there are none, in place of the values
 * @returns bytes of the reply; 0 if there is no such page
 */
export function modeSense(
  reply: Uint8Array,
  header: number,
  page: number,
  changeable: boolean,
  locked: boolean,
): number {
  let end = header;
  for (const code of PAGES) {
    if (page !== code && page !== ALL_PAGES) continue;
    const data = changeable ? pageOf(code, locked).fill(0) : pageOf(code, locked);
    reply[end] = code;
    reply[end + 1] = data.length;
    reply.set(data, end + 2);
    end += 2 + data.length;
  }
  if (end === header) return 0;
  if (header === 8) put16(reply, 0, end - 2);
  else reply[0] = end - 1;
  return end;
}

// Without the two bytes that begin each page.
function pageOf(code: number, locked: boolean): Uint8Array {
  if (code === ERROR_RECOVERY) return Uint8Array.of(0, 5, 0, 0, 0, 0);
  // Immediate; both ports at full volume.
  if (code === AUDIO_CONTROL) return Uint8Array.of(4, 0, 0, 0, 0, 0, 1, 255, 2, 255, 0, 0, 0, 0);
  const data = new Uint8Array(18);
  // Multi-session, and both forms of mode 2. A tray that can be ejected and locked, and whether it is.
  data[2] = 0x70;
  data[4] = locked ? 0x2b : 0x29;
  put16(data, 6, SPEED);
  put16(data, 10, BUFFER);
  put16(data, 12, SPEED);
  return data;
}
