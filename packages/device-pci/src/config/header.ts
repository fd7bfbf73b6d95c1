/** Offsets of the type 0 header (PCI 3.0, figure 6-1). */
export const VENDOR_ID = 0x00;
export const DEVICE_ID = 0x02;
export const COMMAND = 0x04;
export const STATUS = 0x06;
export const REVISION = 0x08;
export const CLASS_CODE = 0x09;
export const CACHE_LINE_SIZE = 0x0c;
export const HEADER_TYPE = 0x0e;
export const BAR0 = 0x10;
export const BARS = 6;
export const SUBSYSTEM_VENDOR_ID = 0x2c;
export const SUBSYSTEM_ID = 0x2e;
export const ROM_BAR = 0x30;
export const CAPABILITIES = 0x34;
export const INTERRUPT_LINE = 0x3c;
export const INTERRUPT_PIN = 0x3d;
/** Where the registers of the device's own begin. */
export const DEVICE_SPECIFIC = 0x40;
export const CONFIG_SIZE = 0x100;

/** Bits of the command register (section 6.2.2). */
export const COMMAND_IO = 0x0001;
export const COMMAND_MEMORY = 0x0002;
export const COMMAND_MASTER = 0x0004;
export const COMMAND_INTX_DISABLE = 0x0400;
/** Besides those: parity error response and SERR# enable. */
export const COMMAND_WRITABLE = 0x0547;

/** Bits of the status register (section 6.2.3). */
export const STATUS_INTERRUPT = 0x08;
export const STATUS_CAPABILITIES = 0x10;
/** Fast back-to-back, and DEVSEL# at medium speed: what the chips of the time say. */
export const STATUS_TIMING = 0x0280;
/** The errors, each cleared by writing a 1. */
export const STATUS_ERRORS = 0xf900;

export const MULTIFUNCTION = 0x80;
export const BAR_PORTS = 0x01;
export const BAR_PREFETCHABLE = 0x08;
export const ROM_ENABLE = 0x01;
