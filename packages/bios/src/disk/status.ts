/** What INT 13h gives in AH. */
export const STATUS = {
  OK: 0x00,
  /** No such function, or a parameter that cannot be. */
  INVALID: 0x01,
  WRITE_PROTECTED: 0x03,
  /** There is no such sector. */
  NOT_FOUND: 0x04,
  /** Another medium, or an emulation that did not end. */
  CHANGED: 0x06,
  /** The controller failed: here, the host. */
  CONTROLLER: 0x20,
  /** No medium. */
  TIMEOUT: 0x80,
} as const;
