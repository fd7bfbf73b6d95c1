import { DSDT_BODY } from './dsdt.ts';

/** Where they are: in the 128 KiB below 1 MiB where guests look for the RSDP (ACPI 1.0b, section 5.2.4.1). */
export const ACPI_TABLES = 0xe0000;

/** The part of a table's header in front of its contents (section 5.2.3). */
const HEADER = 36;
const CHECKSUM = 9;
const OEM_ID = 'PICOVM';

/** Ports of the PIIX4's power management, with its base at 600h, and how it is told that ACPI is in charge. */
const PM1A_EVENT = 0x600;
const PM1A_CONTROL = 0x604;
const PM_TIMER = 0x608;
const GPE0 = 0xafe0;
const SMI_COMMAND = 0xb2;
const ACPI_ENABLE = 0xf1;
const ACPI_DISABLE = 0xf0;
const SCI = 9;
const CENTURY = 0x32;
/** WBINVD works; C1 is there; no sleep button; the alarm of the clock is no fixed wake-up event. */
const FADT_FLAGS = 0x65;

/**
 * The ACPI tables of the machine: RSDP, RSDT, FADT, FACS, DSDT (ACPI 1.0b, section 5.2), to be put at {@link ACPI_TABLES}. They tell
 * of power management, the PCI bus with its interrupts, and the devices of the board.
 */
export function acpiTables(): Uint8Array {
  const bytes = new Uint8Array(0x1000);
  const view = new DataView(bytes.buffer);
  const [rsdt, facs, fadt, dsdt] = [0x40, 0x80, 0xc0, 0x180];

  const body = Uint8Array.from(DSDT_BODY.join('').match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
  bytes.set(body, dsdt + HEADER);
  finish(bytes, dsdt, 'DSDT', HEADER + body.length);

  text(bytes, facs, 'FACS');
  view.setUint32(facs + 4, 64, true);

  view.setUint32(fadt + 36, ACPI_TABLES + facs, true);
  view.setUint32(fadt + 40, ACPI_TABLES + dsdt, true);
  view.setUint16(fadt + 46, SCI, true);
  view.setUint32(fadt + 48, SMI_COMMAND, true);
  bytes[fadt + 52] = ACPI_ENABLE;
  bytes[fadt + 53] = ACPI_DISABLE;
  view.setUint32(fadt + 56, PM1A_EVENT, true);
  view.setUint32(fadt + 64, PM1A_CONTROL, true);
  view.setUint32(fadt + 76, PM_TIMER, true);
  view.setUint32(fadt + 80, GPE0, true);
  // Bytes of each of the four.
  bytes[fadt + 88] = 4;
  bytes[fadt + 89] = 2;
  bytes[fadt + 91] = 4;
  bytes[fadt + 92] = 4;
  // C2 and C3 take longer than anybody would wait: there are none.
  view.setUint16(fadt + 96, 0xfff, true);
  view.setUint16(fadt + 98, 0xfff, true);
  bytes[fadt + 108] = CENTURY;
  view.setUint32(fadt + 112, FADT_FLAGS, true);
  finish(bytes, fadt, 'FACP', 116);

  view.setUint32(rsdt + HEADER, ACPI_TABLES + fadt, true);
  finish(bytes, rsdt, 'RSDT', HEADER + 4);

  text(bytes, 0, 'RSD PTR ');
  text(bytes, 9, OEM_ID);
  view.setUint32(16, ACPI_TABLES + rsdt, true);
  bytes[8] = -sum(bytes.subarray(0, 20)) & 0xff;
  return bytes.subarray(0, dsdt + HEADER + body.length);
}

/** Writes the header of a table whose contents are there. */
function finish(bytes: Uint8Array, at: number, signature: string, length: number): void {
  const view = new DataView(bytes.buffer);
  text(bytes, at, signature);
  view.setUint32(at + 4, length, true);
  bytes[at + 8] = 1;
  text(bytes, at + 10, OEM_ID);
  text(bytes, at + 16, 'PC      ');
  view.setUint32(at + 24, 1, true);
  text(bytes, at + 28, 'PVM ');
  view.setUint32(at + 32, 1, true);
  bytes[at + CHECKSUM] = -sum(bytes.subarray(at, at + length)) & 0xff;
}

function text(bytes: Uint8Array, at: number, value: string): void {
  for (let i = 0; i < value.length; i++) bytes[at + i] = value.charCodeAt(i);
}

function sum(bytes: Uint8Array): number {
  return bytes.reduce((total, byte) => total + byte, 0);
}
