// The packet commands (MMC-3, SPC-2).
export const TEST_UNIT_READY = 0x00;
export const REQUEST_SENSE = 0x03;
export const INQUIRY = 0x12;
export const MODE_SENSE_6 = 0x1a;
export const START_STOP_UNIT = 0x1b;
export const PREVENT_ALLOW_MEDIUM_REMOVAL = 0x1e;
export const READ_CAPACITY = 0x25;
export const READ_10 = 0x28;
export const SEEK_10 = 0x2b;
export const READ_TOC = 0x43;
export const GET_CONFIGURATION = 0x46;
export const GET_EVENT_STATUS_NOTIFICATION = 0x4a;
export const READ_DISC_INFORMATION = 0x51;
export const MODE_SENSE_10 = 0x5a;
export const READ_12 = 0xa8;
export const SET_CD_SPEED = 0xbb;
export const MECHANISM_STATUS = 0xbd;
export const READ_CD = 0xbe;

/** Those that are carried out although there is a unit attention to be told. */
export const IGNORE_ATTENTION: ReadonlySet<number> = /* @__PURE__ */ new Set([
  REQUEST_SENSE,
  INQUIRY,
  GET_CONFIGURATION,
  GET_EVENT_STATUS_NOTIFICATION,
]);

/** Those that want a medium. */
export const WANT_MEDIUM: ReadonlySet<number> = /* @__PURE__ */ new Set([
  TEST_UNIT_READY,
  READ_CAPACITY,
  READ_10,
  SEEK_10,
  READ_TOC,
  READ_DISC_INFORMATION,
  READ_12,
  READ_CD,
]);

/** Bytes of a packet. */
export const PACKET_LENGTH = 12;
