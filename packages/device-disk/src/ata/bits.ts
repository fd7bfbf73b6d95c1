// The register bits of ATA/ATAPI-6 (INCITS 361), clause 7.

/** Status. */
export const BSY = 0x80;
export const DRDY = 0x40;
export const DF = 0x20;
/** Device seek complete, which ATA-6 calls obsolete and which everybody expects. */
export const DSC = 0x10;
export const DRQ = 0x08;
export const ERR = 0x01;

/** Error. */
export const UNC = 0x40;
/** Write protected: the same bit as UNC, of commands that write. */
export const WP = 0x40;
export const IDNF = 0x10;
export const ABRT = 0x04;
/** What is in the error register after a reset or a diagnostic that found nothing wrong. */
export const DIAGNOSTIC_PASSED = 0x01;

/** Device. */
export const LBA = 0x40;
export const DEV = 0x10;

/** Device control. */
export const HOB = 0x80;
export const SRST = 0x04;
export const NIEN = 0x02;

/** Interrupt reason, which is in the sector count register of packet commands. */
export const CD = 0x01;
export const IO = 0x02;

/** Bytes of a sector of a disk. */
export const SECTOR = 512;
/** Bytes of a sector of a CD-ROM. */
export const CD_SECTOR = 2048;
/** Bytes that move between a drive and its medium at once, at most. */
export const CHUNK = 0x20000;
