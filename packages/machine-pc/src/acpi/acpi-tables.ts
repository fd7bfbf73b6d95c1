import { DSDT_BODY } from './dsdt.ts';

/** Where they are: in the 128 KiB below 1 MiB where guests look for the RSDP (ACPI 1.0b, section 5.2.4.1). */
export const ACPI_TABLES = 0xe0000;

/** The part of a table's header in front of its contents (section 5.2.3). */
const HEADER = 36;
const CHECKSUM = 9;
const OEM_ID = 'PICOVM';

const LOCAL_APIC = 0xfee00000;
const IO_APIC = 0xfec00000;

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
 * The ACPI tables of the machine: RSDP, RSDT, FADT, FACS, MADT, DSDT (ACPI 1.0b, section 5.2), to be put at {@link ACPI_TABLES}. They
 * tell of power management, the APICs, the PCI bus with its interrupts, and the devices of the board.
 */
export function acpiTables(): Uint8Array {
  const bytes = new Uint8Array(0x1000);
  const view = new DataView(bytes.buffer);
  const [rsdt, facs, fadt, madt, dsdt] = [0x40, 0x80, 0xc0, 0x140, 0x1c0];

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

  const apics = apicEntries();
  view.setUint32(madt + HEADER, LOCAL_APIC, true);
  // There are two 8259A, too.
  view.setUint32(madt + HEADER + 4, 1, true);
  bytes.set(apics, madt + HEADER + 8);
  finish(bytes, madt, 'APIC', HEADER + 8 + apics.length);

  view.setUint32(rsdt + HEADER, ACPI_TABLES + fadt, true);
  view.setUint32(rsdt + HEADER + 4, ACPI_TABLES + madt, true);
  finish(bytes, rsdt, 'RSDT', HEADER + 8);

  text(bytes, 0, 'RSD PTR ');
  text(bytes, 9, OEM_ID);
  view.setUint32(16, ACPI_TABLES + rsdt, true);
  bytes[8] = -sum(bytes.subarray(0, 20)) & 0xff;
  return bytes.subarray(0, dsdt + HEADER + body.length);
}

/** Section 5.2.8: the processor's APIC, the I/O APIC, what is not at the pin of its number or no edge, and NMI at LINT1. */
function apicEntries(): Uint8Array {
  const address = [0, 8, 16, 24].map((shift) => (IO_APIC >>> shift) & 0xff);
  return Uint8Array.of(
    ...[0, 8, 0, 0, 1, 0, 0, 0],
    ...[1, 12, 0, 0, ...address, 0, 0, 0, 0],
    // The timer is at pin 2; the system control interrupt is a level, and active high.
    ...[2, 10, 0, 0, 2, 0, 0, 0, 0, 0],
    ...[2, 10, 0, SCI, SCI, 0, 0, 0, 0x0d, 0],
    ...[4, 6, 0xff, 0, 0, 1],
  );
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
