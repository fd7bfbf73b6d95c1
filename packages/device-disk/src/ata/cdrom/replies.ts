import { get16, put16, put32, putMsf } from './big-endian.ts';
import type { Tray } from './tray.ts';

/** Longer is none of what is made here. */
export const REPLY_LENGTH = 256;

/** The sector numbers of a CD end here; a medium with more is a DVD. 80 minutes of 60 seconds of 75 frames. */
const CD_SECTORS = 80 * 60 * 75;
const PROFILE_CD_ROM = 0x08;
const PROFILE_DVD_ROM = 0x10;

/** INQUIRY (SPC-2, 7.3). @returns bytes of the reply, as of the others */
export function inquiry(reply: Uint8Array): number {
  // A removable CD-ROM device; ATAPI, with the response format of SPC.
  reply[0] = 0x05;
  reply[1] = 0x80;
  reply[3] = 0x21;
  reply[4] = 31;
  reply.set(new TextEncoder().encode('PICOVM  CD-ROM          1.0 '), 8);
  return 36;
}

/** GET EVENT STATUS NOTIFICATION (MMC-3, 5.9): only what is about media. @param classes bit n: class n is asked for */
export function eventStatus(reply: Uint8Array, classes: number, tray: Tray): number {
  const media = (classes & 0x10) !== 0;
  put16(reply, 0, media ? 6 : 2);
  reply[2] = media ? 0x04 : 0x80;
  reply[3] = 0x10;
  if (!media) return 4;
  reply[4] = tray.takeEvent();
  reply[5] = (tray.open ? 0x01 : 0) | (tray.port === undefined ? 0 : 0x02);
  return 8;
}

/** READ DISC INFORMATION (MMC-3, 5.20): one complete session with one track. */
export function discInformation(reply: Uint8Array): number {
  put16(reply, 0, 32);
  reply[2] = 0x0e;
  reply.fill(1, 3, 7);
  reply[7] = 0x20;
  return 34;
}

/** MECHANISM STATUS (MMC-3, 5.10). */
export function mechanismStatus(reply: Uint8Array, tray: Tray): number {
  reply[1] = tray.open ? 0x10 : 0;
  reply[5] = 1;
  return 8;
}

/**
 * GET CONFIGURATION (MMC-3, 5.6).
 * @param packet byte 1: 0 all features from the one in bytes 2 and 3 on, 1 the current ones, 2 only that one
 */
export function configuration(reply: Uint8Array, packet: Uint8Array, { ready, sectors }: Tray): number {
  const only = (packet[1] & 3) === 2;
  const from = get16(packet, 2);
  const profile = !ready ? 0 : sectors > CD_SECTORS ? PROFILE_DVD_ROM : PROFILE_CD_ROM;
  put16(reply, 6, profile);
  let end = 8;
  const feature = (code: number, data: readonly number[]): void => {
    if (only ? code !== from : code < from) return;
    put16(reply, end, code);
    // Persistent and current.
    reply[end + 2] = 0x03;
    reply[end + 3] = data.length;
    reply.set(data, end + 4);
    end += 4 + data.length;
  };
  const entry = (number: number): number[] => [0, number, profile === number ? 1 : 0, 0];
  feature(0, [...entry(PROFILE_DVD_ROM), ...entry(PROFILE_CD_ROM)]);
  // Core: an ATAPI interface. Removable medium: a tray, which can be ejected and locked.
  feature(1, [0, 0, 0, 2]);
  feature(3, [0x29, 0, 0, 0]);
  put32(reply, 0, end - 4);
  return end;
}

/**
 * READ TOC/PMA/ATIP (MMC-3, 5.23): a disc with one data track.
 * @returns 0 if there is no such format, or no such track
 */
export function readToc(reply: Uint8Array, packet: Uint8Array, sectors: number): number {
  const msf = (packet[1] & 0x02) !== 0;
  // Where MMC has the format, and where SFF-8020 had it.
  const format = packet[2] & 0x0f || packet[9] >>> 6;
  const address = (at: number, lba: number): void => (msf ? putMsf(reply, at + 1, lba) : put32(reply, at, lba));
  reply[2] = 1;
  reply[3] = 1;
  let end = 4;
  const descriptor = (track: number, lba: number): void => {
    reply[end + 1] = 0x14;
    reply[end + 2] = track;
    address(end + 4, lba);
    end += 8;
  };
  if (format === 0) {
    const first = packet[6];
    if (first > 1 && first !== 0xaa) return 0;
    if (first <= 1) descriptor(1, 0);
    descriptor(0xaa, sectors);
  } else if (format === 1) {
    descriptor(1, 0);
  } else if (format === 2) {
    end = rawToc(reply, sectors);
  } else return 0;
  put16(reply, 0, end - 2);
  return end;
}

// Entries of the Q channel of the lead-in: first track, last track, lead-out, track 1.
function rawToc(reply: Uint8Array, sectors: number): number {
  let end = 4;
  for (const point of [0xa0, 0xa1, 0xa2, 1]) {
    reply[end] = 1;
    reply[end + 1] = 0x14;
    reply[end + 3] = point;
    if (point === 0xa2) putMsf(reply, end + 8, sectors);
    else if (point === 1) putMsf(reply, end + 8, 0);
    else reply[end + 8] = 1;
    end += 11;
  }
  return end;
}
