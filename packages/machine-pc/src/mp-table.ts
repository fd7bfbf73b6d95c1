/** Where it is: in the 64 KiB below 1 MiB where guests look for it, of which the built-in BIOS leaves the first half alone. */
export const MP_TABLE = 0xf0000;

const POINTER = 16;
const HEADER = 44;
const PROCESSOR = 20;
const LOCAL_APIC = 0xfee00000;
const IO_APIC = 0xfec00000;
const LOCAL_APIC_VERSION = 0x14;
const IO_APIC_VERSION = 0x11;
/** CPUID leaf 1: FPU, APIC. */
const FEATURES = 0x201;
const PCI = 0;
const ISA = 1;
/** Kinds of interrupts. */
const INT = 0;
const NMI = 1;
const EXT_INT = 3;
/** The system control interrupt is a level, and active high. */
const SCI = 9;
const LEVEL_HIGH = 0x0d;
/** Lines that PIRQA# to PIRQD# lead to. */
const PIRQS = [10, 10, 11, 11] as const;
const SLOTS = 32;
const ALL = 0xff;

/**
 * The tables of the MultiProcessor Specification 1.4, sections 4.1 to 4.3, to be put at {@link MP_TABLE}: the floating pointer, and
 * behind it the configuration table with one processor, the I/O APIC, and who interrupts where.
 * @param signature family, model and stepping of the processor: EDX after RESET
 */
export function mpTable(signature: number): Uint8Array {
  const entries = [processor(signature), bus(PCI, 'PCI   '), bus(ISA, 'ISA   '), ioApic(), ...interrupts()];
  const bytes = new Uint8Array(POINTER + HEADER + entries.reduce((length, entry) => length + entry.length, 0));
  const view = new DataView(bytes.buffer);
  text(bytes, 0, '_MP_');
  view.setUint32(4, MP_TABLE + POINTER, true);
  bytes.set([1, 4], 8);
  checksum(bytes.subarray(0, POINTER), 10);

  const table = bytes.subarray(POINTER);
  text(table, 0, 'PCMP');
  view.setUint16(POINTER + 4, table.length, true);
  table[6] = 4;
  text(table, 8, 'PICOVM  PC          ');
  view.setUint16(POINTER + 34, entries.length, true);
  view.setUint32(POINTER + 36, LOCAL_APIC, true);
  let at = HEADER;
  for (const entry of entries) {
    table.set(entry, at);
    at += entry.length;
  }
  checksum(table, 7);
  return bytes;
}

function processor(signature: number): Uint8Array {
  const entry = new Uint8Array(PROCESSOR);
  // Enabled, and the one that starts the system.
  entry.set([0, 0, LOCAL_APIC_VERSION, 3]);
  const view = new DataView(entry.buffer);
  view.setUint32(4, signature, true);
  view.setUint32(8, FEATURES, true);
  return entry;
}

function bus(id: number, name: string): Uint8Array {
  const entry = Uint8Array.of(1, id, 0, 0, 0, 0, 0, 0);
  text(entry, 2, name);
  return entry;
}

function ioApic(): Uint8Array {
  const entry = Uint8Array.of(2, 0, IO_APIC_VERSION, 1, 0, 0, 0, 0);
  new DataView(entry.buffer).setUint32(4, IO_APIC, true);
  return entry;
}

/** Those of the ISA bus at the pins of their numbers, but for the timer; those of PCI by way of PIRQs; LINT0 and LINT1. */
function interrupts(): Uint8Array[] {
  const isa = Array.from({ length: 16 }, (_, irq) => irq).filter((irq) => irq !== 2 && !PIRQS.includes(irq as 10));
  return [
    ...isa.map((irq) => interrupt(3, INT, irq === SCI ? LEVEL_HIGH : 0, ISA, irq, 0, irq === 0 ? 2 : irq)),
    ...Array.from({ length: (SLOTS - 1) * 4 }, (_, n) => {
      const slot = 1 + (n >> 2);
      const pin = n & 3;
      return interrupt(3, INT, 0, PCI, (slot << 2) | pin, 0, PIRQS[(slot - 1 + pin) & 3]);
    }),
    interrupt(4, EXT_INT, 0, ISA, 0, ALL, 0),
    interrupt(4, NMI, 0, ISA, 0, ALL, 1),
  ];
}

function interrupt(type: number, kind: number, flags: number, ...where: [number, number, number, number]): Uint8Array {
  return Uint8Array.of(type, kind, flags, 0, ...where);
}

function text(bytes: Uint8Array, at: number, value: string): void {
  for (let i = 0; i < value.length; i++) bytes[at + i] = value.charCodeAt(i);
}

function checksum(bytes: Uint8Array, at: number): void {
  bytes[at] = -bytes.reduce((sum, byte) => sum + byte, 0) & 0xff;
}
