import type { Random } from '@picovm/testkit';

/** One access of a driver. */
export interface Step {
  readonly port: number;
  readonly size: 1 | 2 | 4;
  /** Undefined: it reads. */
  readonly value?: number;
  /** More than 1: `rep ins` or `rep outs`. Default 1. */
  readonly count?: number;
}

/** Where tables of descriptors lie. */
export const TABLES = 0x8000;

const write = (port: number, ...values: readonly number[]): Step[] =>
  values.map((value) => ({ port, size: 1, value: value & 0xff }));
const read = (port: number): Step => ({ port, size: 1 });

/** What drivers do, nearly right: so commands come to their middle, where something else happens. */
export const SCENARIOS: Readonly<Record<string, (random: Random) => Step[]>> = {
  ata(random) {
    const base = random.pick([0x1f0, 0x170]);
    const master = base === 0x1f0 ? 0xc000 : 0xc008;
    const command = random.pick([0x20, 0x24, 0x25, 0x29, 0x30, 0x34, 0x35, 0x39, 0xc4, 0xc5, 0xc8, 0xca, 0xe7, 0xec]);
    const sector = random.oneIn(8) ? random.next() : random.below(2048);
    const start = write(master, command === 0xca || command === 0x35 ? 1 : 9);
    const words: Step = {
      port: base,
      size: 2,
      count: random.pick([256, 512, 1000, 4096]),
      ...(random.oneIn(2) && { value: 0x5a5a }),
    };
    return [
      ...(random.oneIn(2) ? write(base + 0x206, 4, 0) : []),
      { port: master + 4, size: 4, value: TABLES + 8 * random.below(60) },
      ...write(base + 6, random.pick([0xe0, 0xf0])),
      ...write(base + 2, random.oneIn(9) ? 0 : 1 + random.below(4)),
      ...[0, 1, 2].flatMap((i) => write(base + 3 + i, sector >> (8 * i))),
      ...write(base + 7, command),
      ...(random.oneIn(2) ? start : [words]),
      ...(random.oneIn(4) ? write(base + 0x206, 4, 0) : [read(base + 7)]),
      ...(random.oneIn(3) ? write(master, 0) : []),
    ];
  },
  packet(random) {
    const base = 0x170;
    const command = random.pick([
      0x00, 0x03, 0x12, 0x1a, 0x1b, 0x1e, 0x25, 0x28, 0xa8, 0xbe, 0x43, 0x46, 0x4a, 0x5a, 0xbd,
    ]);
    const dma = random.below(2);
    const packet = [
      command,
      ...Array.from({ length: 11 }, () => (random.oneIn(3) ? random.next() & 0xff : random.below(4))),
    ];
    const words = [0, 2, 4, 6, 8, 10].map(
      (i): Step => ({ port: base, size: 2, value: packet[i] | (packet[i + 1] << 8) }),
    );
    return [
      { port: 0xc00c, size: 4, value: TABLES + 8 * random.below(60) },
      ...[
        ...write(base + 6, 0xf0),
        ...write(base + 1, dma),
        ...write(base + 4, random.next()),
        ...write(base + 5, random.below(9)),
      ],
      ...[...write(base + 7, 0xa0), ...words],
      ...(dma === 1 ? write(0xc008, 9) : [{ port: base, size: 2, count: 1 + random.below(1200) } as Step]),
    ];
  },
  floppy(random) {
    const command = random.pick([0xe6, 0xe6, 0xc5, 0xc5, 0x4d, 0x4a, 0x0f, 0x07, 0x08, 0x62, 0x56, 0x8f]);
    const address = random.below(0x10000);
    const parameters = [
      random.below(4),
      random.below(80),
      random.below(2),
      random.below(20),
      random.oneIn(9) ? 7 : 2,
      18,
      27,
      255,
    ];
    return [
      ...[...write(0x0a, 6), ...write(0x0c, 0), ...write(0x0b, random.pick([0x46, 0x4a, 0x42, 0x56, 0x06]))],
      ...[
        ...write(0x04, address, address >> 8),
        ...write(0x05, random.next(), random.below(8)),
        ...write(0x81, random.below(40)),
      ],
      ...[...write(0x0a, 2), ...write(0x3f2, 0x1c, ...(random.oneIn(4) ? [0x18, 0x1c] : [])), ...write(0x3f7, 0)],
      ...[...write(0x3f5, command, ...parameters.slice(0, random.below(9))), read(0x3f4)],
      ...Array.from({ length: random.below(8) }, () => read(0x3f5)),
    ];
  },
  pci(random) {
    const register = random.pick([0x04, 0x10, 0x20, 0x24, 0x30, 0x3c, 0x40, 0x60, 0x80, 0x90, 0xd2]);
    const fn = random.pick([0x000, 0x800, 0x900, 0xb00]);
    const value = random.oneIn(2)
      ? random.pick([0, 0xffffffff, 0xc001, 0x601, 0x1f1, 0xa0000, 0xfff80000])
      : random.next();
    const set = { port: 0xcfc, size: 4, value } as const;
    return [{ port: 0xcf8, size: 4, value: 0x80000000 + fn + register }, set, { port: 0xcfc, size: 4 }];
  },
  configuration(random) {
    // The descriptors of fw_cfg's DMA are big endian: the tables say anything.
    const key = { port: 0x510, size: 2, value: random.pick([0, 1, 5, 0x19, 0x20, 0x21, 0x8000]) } as const;
    return [key, { port: 0x511, size: 1, count: 1 + random.below(500) }, { port: 0x518, size: 4, value: 0x00800000 }];
  },
  interrupts: (random) => [
    ...[...write(0x20, 0x11), ...write(0x21, 0x08, 4, 1), ...write(0xa0, 0x11), ...write(0xa1, 0x70, 2, 1)],
    ...[
      ...write(0x21, random.next()),
      ...write(0xa1, random.next()),
      ...write(0x43, 0x34),
      ...write(0x40, random.next(), random.below(4)),
    ],
    ...[...write(0x70, 0x8b), ...write(0x71, 0x72), ...write(0x70, 0x0a), ...write(0x71, 0x20 + random.below(16))],
  ],
  keyboard: (random) => [
    ...write(0x64, random.pick([0x20, 0x60, 0xa7, 0xa8, 0xaa, 0xad, 0xae, 0xd1, 0xd2, 0xd3, 0xd4])),
    ...write(0x60, random.pick([0xdd, 0xdf, 0xed, 0xf0, 0xf2, 0xf3, 0xf4, 0xf5, 0xff, 0x47])),
    ...[read(0x64), read(0x60)],
  ],
  screen: (random) => [
    ...write(0x3c4, random.below(5), random.next()),
    ...write(0x3ce, random.below(9), random.next()),
    ...write(0x3d4, random.below(25), random.next()),
    ...[
      { port: 0x1ce, size: 2, value: random.below(11) } as const,
      { port: 0x1d0, size: 2, value: random.next() & 0xffff } as const,
    ],
  ],
};

/** The machine code of it. */
export function assemble(steps: readonly Step[]): number[] {
  return steps.flatMap(({ port, size, value, count = 1 }) => {
    const dx = [0xba, port & 0xff, port >> 8];
    const wide = size === 4 ? [0x66] : [];
    const insOrOuts = (value === undefined ? 0x6c : 0x6e) + (size === 1 ? 0 : 1);
    if (count > 1) return [...dx, 0xb9, count & 0xff, count >> 8, ...wide, 0xf3, insOrOuts];
    if (value === undefined) return [...dx, ...wide, size === 1 ? 0xec : 0xed];
    const bytes = [value, value >>> 8, value >>> 16, value >>> 24].slice(0, size).map((byte) => byte & 0xff);
    return [...dx, ...wide, size === 1 ? 0xb0 : 0xb8, ...bytes, ...wide, size === 1 ? 0xee : 0xef];
  });
}
