import { IdentifyWords } from '../identify-words.ts';
import type { TransferModes } from '../transfer-modes.ts';

/** IDENTIFY PACKET DEVICE, over the first 512 bytes of a buffer (ATA-6, 8.16). */
export function identifyPacketDevice(buffer: Uint8Array, model: string, serial: string, modes: TransferModes): void {
  const words = new IdentifyWords(buffer);
  // ATAPI, a CD-ROM, removable; DRQ within 50 µs of PACKET and without an interrupt; packets of 12 bytes.
  words.set(0, 0x85c0);
  words.text(10, 10, serial);
  words.text(23, 4, '1.0');
  words.text(27, 20, model);
  words.set(48, 1);
  modes.describe(words);
  words.set(80, 0x0070);
  // DEVICE RESET, PACKET; bit 14 of words 83, 84 and 87 is always set.
  words.set(82, 0x0210);
  words.set(83, 0x4000);
  words.set(84, 0x4000);
  words.set(85, 0x0210);
  words.set(87, 0x4000);
  words.set(93, 0x6001);
  words.seal();
}
