import { type BusAccess, portRead, portWrite } from '../harness/bus-access.ts';
import type { GuestCase } from '../harness/guest-case.ts';
import { ascii, dword, flags } from '../harness/words.ts';

const LONG = 5000;

/** Ports: what leaves the CPU, in which order, and what comes back. */
export const ports: readonly GuestCase[] = [
  {
    name: 'port-write',
    about: 'OUT',
    expect: {
      pushed: [['EAX and flags stay', ...dword(0x89abcdef), flags('CF PF AF ZF SF OF')]],
      bus: [
        portWrite(0x40, 1, 0xef),
        portWrite(0x42, 2, 0xcdef),
        portWrite(0x44, 4, 0x89abcdef),
        portWrite(0x300, 1, 0xef),
        portWrite(0x301, 2, 0xcdef),
        portWrite(0x304, 4, 0x89abcdef),
        portWrite(0x5f, 1, 0xef),
      ],
    },
  },
  {
    name: 'port-read',
    about: 'IN',
    expect: {
      pushed: [
        ['in al', ...dword(0x11223399)],
        ['in ax', ...dword(0x1122fedc)],
        ['in eax', ...dword(0x80000001)],
        ['in al, dx', ...dword(0x80000000)],
        ['in ax, dx', ...dword(0x80008000)],
        ['in eax, dx', ...dword(0xffffffff)],
        ['flags stay', ...dword(0xffffff00), flags('CF PF AF ZF SF OF')],
      ],
      bus: [
        portRead(0x40, 1, 0x99),
        portRead(0x42, 2, 0xfedc),
        portRead(0x44, 4, 0x80000001),
        portRead(0x310, 1, 0x00),
        portRead(0x310, 2, 0x8000),
        portRead(0x310, 4, 0xffffffff),
        portRead(0x5f, 1, 0x00),
      ],
    },
  },
  {
    name: 'port-unmapped',
    about: 'ports that nobody owns',
    expect: {
      pushed: [
        ['in al', ...dword(0x000000ff)],
        ['in ax', ...dword(0x0000ffff)],
        ['in eax', ...dword(0xffffffff)],
        ['port ffff', 0x12ff],
      ],
      bus: [
        portRead(0x9000, 1, 0xff),
        portRead(0x9000, 2, 0xffff),
        portRead(0x9000, 4, 0xffffffff),
        portWrite(0x9000, 2, 0x1234),
        portWrite(0xffff, 1, 0x34),
        portRead(0xffff, 1, 0xff),
      ],
    },
  },
  {
    name: 'port-string-write',
    about: 'OUTS and REP OUTS',
    expect: {
      pushed: [
        ['outsb', 0x1201],
        ['rep outsb', 0x1206, 0, flags()],
        ['rep outsw', 0x120c, 0],
        ['rep outsd', 0x1214],
        ['rep outsb, down', 0x1200],
        ['rep outsw, down', 0x1204],
        ['rep outsb with CX = 0', 0x1204],
        ['rep fs outsb', 0x0004],
        ['a32 rep outsb', ...dword(0x1202), ...dword(0)],
        ['outsw', 0x1202],
      ],
      bus: [
        ...elements(0x300, 1, '0', '1', '2', '3', '4', '5'),
        ...elements(0x301, 2, '67', '89', 'ab'),
        ...elements(0x304, 4, 'cdef', 'ghij'),
        ...elements(0x304, 1, '3', '2', '1'),
        ...elements(0x304, 2, '89', '67'),
        ...elements(0x304, 1, '2', '3', '0', '1'),
        ...elements(0x304, 2, '01'),
      ],
    },
  },
  {
    name: 'port-string-read',
    about: 'INS and REP INS',
    expect: {
      pushed: [
        ['insb', 0x0001],
        ['rep insb', 0x0006, 0, flags()],
        ['rep insw', 0x0026],
        ['rep insd', 0x002e],
        ['rep insb, down', 0x003f],
        ['rep insw, down', 0x0050],
        ['rep insw over a page boundary', 0x5005],
        ['rep insb with CX = 0', 0x5005],
        ['in behind all that', 0x4321],
      ],
      memory: [
        [0x4000, 'ABCDEF\0'],
        [0x4020, 'GHIJKLMNOPQRST\0'],
        [0x403f, '\0dcba\0'],
        [0x4051, '\0ijghef\0'],
        [0x4ffc, '\0klmnopqr\0'],
      ],
      bus: [
        ...answers(0x300, 1, 'A', 'B', 'C', 'D', 'E', 'F'),
        ...answers(0x300, 2, 'GH', 'IJ', 'KL'),
        ...answers(0x304, 4, 'MNOP', 'QRST'),
        ...answers(0x304, 1, 'a', 'b', 'c', 'd'),
        ...answers(0x304, 2, 'ef', 'gh', 'ij', 'kl', 'mn', 'op', 'qr'),
        portRead(0x304, 2, 0x4321),
      ],
    },
  },
  {
    name: 'port-string-long',
    about: 'REP OUTSB and REP INSB of more than a page',
    expect: {
      pushed: [
        ['rep outsb', 0, 0x3000 + LONG],
        ['rep insb', 0, 0x2000 + LONG],
        ['the sum of what came in', Array.from({ length: LONG }, (_, i) => longAnswer(i)).reduce(add) & 0xffff],
      ],
      bus: [
        ...Array.from({ length: LONG }, (_, i) => portWrite(0x300, 1, i & 0xff)),
        ...Array.from({ length: LONG }, (_, i) => portRead(0x300, 1, longAnswer(i))),
      ],
    },
  },
];

function elements(port: number, size: 1 | 2 | 4, ...texts: string[]): BusAccess[] {
  return texts.map((text) => portWrite(port, size, ascii(text)));
}

function answers(port: number, size: 1 | 2 | 4, ...texts: string[]): BusAccess[] {
  return texts.map((text) => portRead(port, size, ascii(text)));
}

function longAnswer(i: number): number {
  return (i * 7 + (i >> 8)) & 0xff;
}

function add(a: number, b: number): number {
  return a + b;
}
