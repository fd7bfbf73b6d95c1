import type { Cpu } from '../cpu/cpu.ts';
import { read8, read16, read32, write8, write16, write32 } from '../cpu/memory.ts';
import { bytesWithoutCode, elementsTogether, pinRead, pinWrite } from '../cpu/pin.ts';
import { ES, REG } from '../cpu/state-layout.ts';
import { type Binary, sub8, sub16, sub32 } from './alu.ts';
import type { Handler } from './handler.ts';
import { segmentOf } from './operand.ts';
import { advance, type Bulk, type Element, goesDown, repeat, type StringOperation } from './repeat.ts';

type Size = 1 | 2 | 4;
type Read = (cpu: Cpu, segment: number, offset: number) => number;
type Write = (cpu: Cpu, segment: number, offset: number, value: number) => void;

const SI = REG.SI * 2;
const DI = REG.DI * 2;
const SIZES: readonly Size[] = [1, 2, 4];
const READ: readonly Read[] = [read8, read16, read32];
const WRITE: readonly Write[] = [write8, write16, write32];
const COMPARE: readonly Binary[] = [sub8, sub16, sub32];
/** Below so many elements, one by one is as fast. */
const WORTH_IT = 8;
/** Bytes between source and target of a copy that are worth a copy of their own. */
const FAR = 0x1000;

function accumulator(cpu: Cpu, size: Size): number {
  return size === 1 ? cpu.u8[0] : size === 2 ? cpu.u16[0] : cpu.state[0];
}

function moveElement(size: Size, read: Read, write: Write): Element {
  return (cpu, rec, mask) => {
    const { state } = cpu;
    write(cpu, ES, state[DI] & mask, read(cpu, segmentOf(cpu, rec), state[SI] & mask));
    advance(cpu, SI, mask, size, 1);
    advance(cpu, DI, mask, size, 1);
  };
}

function moveBulk(size: Size): Bulk {
  return (cpu, rec, mask, count) => {
    if (count < WORTH_IT || goesDown(cpu)) return 0;
    const segment = segmentOf(cpu, rec);
    const from = cpu.state[SI] & mask;
    const to = cpu.state[DI] & mask;
    const ahead = elementsTogether(cpu, segment, from, size, mask);
    const fitting = Math.min(count, ahead, elementsTogether(cpu, ES, to, size, mask));
    if (fitting < WORTH_IT) return 0;
    const source = pinRead(cpu, segment, from, size);
    const target = pinWrite(cpu, ES, to, size);
    if (source < 0 || target < 0) return 0;
    const distance = target - source;
    // What lies far enough ahead is copied up to where it begins.
    const most = distance >= FAR ? Math.min(fitting, Math.floor(distance / size)) : fitting;
    const n = Math.floor(bytesWithoutCode(cpu, target, most * size) / size);
    const bytes = n * size;
    // A source that the copy itself writes to repeats a pattern.
    if (distance > 0 && distance < bytes) copyUp(cpu, size, source, target, bytes);
    else cpu.mem.copyWithin(target, source, source + bytes);
    advance(cpu, SI, mask, size, n);
    advance(cpu, DI, mask, size, n);
    return n;
  };
}

function copyUp({ mem, view }: Cpu, size: Size, source: number, target: number, bytes: number): void {
  if (size === 1) for (let i = 0; i < bytes; i++) mem[target + i] = mem[source + i];
  else if (size === 2) {
    for (let i = 0; i < bytes; i += 2) view.setUint16(target + i, view.getUint16(source + i, true), true);
  } else for (let i = 0; i < bytes; i += 4) view.setUint32(target + i, view.getUint32(source + i, true), true);
}

function storeElement(size: Size, write: Write): Element {
  return (cpu, _rec, mask) => {
    write(cpu, ES, cpu.state[DI] & mask, accumulator(cpu, size));
    advance(cpu, DI, mask, size, 1);
  };
}

function storeBulk(size: Size): Bulk {
  return (cpu, _rec, mask, count) => {
    if (count < WORTH_IT || goesDown(cpu)) return 0;
    const to = cpu.state[DI] & mask;
    const fitting = Math.min(count, elementsTogether(cpu, ES, to, size, mask));
    const target = fitting < WORTH_IT ? -1 : pinWrite(cpu, ES, to, size);
    if (target < 0) return 0;
    const n = Math.floor(bytesWithoutCode(cpu, target, fitting * size) / size);
    const { mem, view } = cpu;
    const value = accumulator(cpu, size);
    const end = target + n * size;
    if (size === 1) mem.fill(value, target, end);
    else if (size === 2 && target % 2 === 0) cpu.mem16.fill(value, target / 2, end / 2);
    else if (size === 4 && target % 4 === 0) cpu.mem32.fill(value, target / 4, end / 4);
    else if (size === 2) for (let at = target; at < end; at += 2) view.setUint16(at, value, true);
    else for (let at = target; at < end; at += 4) view.setInt32(at, value, true);
    advance(cpu, DI, mask, size, n);
    return n;
  };
}

function loadElement(size: Size, read: Read): Element {
  return (cpu, rec, mask) => {
    const value = read(cpu, segmentOf(cpu, rec), cpu.state[SI] & mask);
    if (size === 1) cpu.u8[0] = value;
    else if (size === 2) cpu.u16[0] = value;
    else cpu.state[0] = value;
    advance(cpu, SI, mask, size, 1);
  };
}

function compareElement(size: Size, read: Read, compare: Binary): Element {
  return (cpu, rec, mask) => {
    const { state } = cpu;
    const right = read(cpu, ES, state[DI] & mask);
    compare(cpu, read(cpu, segmentOf(cpu, rec), state[SI] & mask), right);
    advance(cpu, SI, mask, size, 1);
    advance(cpu, DI, mask, size, 1);
  };
}

function scanElement(size: Size, read: Read, compare: Binary): Element {
  return (cpu, _rec, mask) => {
    compare(cpu, accumulator(cpu, size), read(cpu, ES, cpu.state[DI] & mask));
    advance(cpu, DI, mask, size, 1);
  };
}

type Sizes = readonly [Handler, Handler, Handler];

function forSizes(make: (i: number, size: Size) => StringOperation): Sizes {
  const [b, w, d] = SIZES.map((size, i): Handler => {
    const operation = make(i, size);
    return (cpu, rec) => repeat(cpu, rec, operation);
  });
  return [b, w, d];
}

/** String instructions on memory. */
export const STRINGS: Record<string, Sizes> = {
  MOVS: forSizes((i, size) => ({
    size,
    element: moveElement(size, READ[i], WRITE[i]),
    bulk: moveBulk(size),
    compares: false,
    pointers: [SI, DI],
    writes: true,
  })),
  STOS: forSizes((i, size) => ({
    size,
    element: storeElement(size, WRITE[i]),
    bulk: storeBulk(size),
    compares: false,
    pointers: [DI],
    writes: true,
  })),
  LODS: forSizes((i, size) => ({
    size,
    element: loadElement(size, READ[i]),
    compares: false,
    pointers: [SI],
    writes: false,
  })),
  CMPS: forSizes((i, size) => ({
    size,
    element: compareElement(size, READ[i], COMPARE[i]),
    compares: true,
    pointers: [DI, SI],
    writes: false,
  })),
  SCAS: forSizes((i, size) => ({
    size,
    element: scanElement(size, READ[i], COMPARE[i]),
    compares: true,
    pointers: [DI],
    writes: false,
  })),
};
