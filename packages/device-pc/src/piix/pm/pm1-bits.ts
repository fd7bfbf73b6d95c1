/** Offsets from PMBASE (82371AB data sheet, section 7.2). */
export const PM1_STATUS = 0x00;
export const PM1_ENABLE = 0x02;
export const PM1_CONTROL = 0x04;
export const PM_TIMER = 0x08;
/** Ports of the block. */
export const PM_PORTS = 64;

/** Bits of PM1 status; all are cleared by writing a 1 (ACPI 6.5, table 4.11). */
export const TIMER_STATUS = 0x0001;
export const POWER_BUTTON_STATUS = 0x0100;
export const WAKE_STATUS = 0x8000;
/** Those that can be set here; that of the timer, the timer has. */
export const STATUS_KEPT = 0x8100;

/** PM1 enable: timer, global lock, power button, RTC. The bits lie as in the status. */
export const TIMER_ENABLE = 0x0001;
export const ENABLE_BITS = 0x0521;

/** Bits of PM1 control; SLP_EN and GBL_RLS are not kept. */
export const SCI_ENABLE = 0x0001;
export const CONTROL_BITS = 0x1c03;
export const SLEEP_ENABLE = 0x2000;
export const SLEEP_TYPE_SHIFT = 10;
export const SLEEP_TYPE_MASK = 7;
