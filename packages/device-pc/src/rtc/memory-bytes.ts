const KIB = 1024;
const MIB = 1024 * KIB;

/**
 * Writes the size of memory where a PC's BIOS has it: 15h and 16h are KiB of base memory, 17h and 18h (and 30h and 31h, which the
 * BIOS counted itself) KiB from 1 MiB on, 34h and 35h units of 64 KiB from 16 MiB on. Each says as much as it can hold.
 * @param size bytes from address 0 on
 */
export function writeMemorySize(bytes: Uint8Array, size: number): void {
  const put = (address: number, value: number): void => {
    const held = Math.min(0xffff, Math.max(0, Math.floor(value)));
    bytes[address] = held & 0xff;
    bytes[address + 1] = held >> 8;
  };
  put(0x15, Math.min(640, size / KIB));
  put(0x17, (size - MIB) / KIB);
  put(0x30, (size - MIB) / KIB);
  put(0x34, (size - 16 * MIB) / (64 * KIB));
}
