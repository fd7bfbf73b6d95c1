import type { AccessSize } from '@picovm/core';
import type { Cpu } from '../cpu/cpu.ts';
import { read8, read16, read32, write8, write16, write32 } from '../cpu/memory.ts';
import { deviceAccess } from '../cpu/pace.ts';
import { ACCESS } from '../cpu/page-walk.ts';
import { elementsOnPage, pinRead, pinWrite } from '../cpu/pin.ts';
import { probeWrite } from '../cpu/slow-memory.ts';
import { ES, REG } from '../cpu/state-layout.ts';
import { type Flow, type Handler, NEXT } from './handler.ts';
import { checkPort } from './io-permission.ts';
import { immediate, segmentOf } from './operand.ts';
import { advance, type Bulk, type Element, goesDown, repeat, type StringOperation } from './repeat.ts';

type Sizes = readonly [Handler, Handler, Handler];

const SI = REG.SI * 2;
const DI = REG.DI * 2;
const SIZES: readonly AccessSize[] = [1, 2, 4];

function dx(cpu: Cpu): number {
  return cpu.u16[REG.DX * 4];
}

function touchPort(cpu: Cpu, port: number, size: AccessSize, access: number): void {
  checkPort(cpu, port, size, access);
  deviceAccess(cpu);
}

function portIn(cpu: Cpu, port: number, size: AccessSize): Flow {
  touchPort(cpu, port, size, ACCESS.READ);
  const value = cpu.sink.portRead(port, size);
  if (size === 1) cpu.u8[0] = value;
  else if (size === 2) cpu.u16[0] = value;
  else cpu.u32[0] = value;
  return NEXT;
}

function portOut(cpu: Cpu, port: number, size: AccessSize): Flow {
  touchPort(cpu, port, size, ACCESS.WRITE);
  cpu.inOut = true;
  cpu.sink.portWrite(port, size, size === 1 ? cpu.u8[0] : size === 2 ? cpu.u16[0] : cpu.u32[0]);
  cpu.inOut = false;
  return NEXT;
}

function forSizes(make: (size: AccessSize) => Handler): Sizes {
  const [b, w, d] = SIZES.map(make);
  return [b, w, d];
}

function insElement(size: AccessSize): Element {
  return (cpu, _rec, mask) => {
    const to = cpu.state[DI] & mask;
    // Whether the port may be used is asked first.
    checkPort(cpu, dx(cpu), size, ACCESS.READ);
    probeWrite(cpu, ES, to, size);
    deviceAccess(cpu);
    const value = cpu.sink.portRead(dx(cpu), size);
    if (size === 1) write8(cpu, ES, to, value);
    else if (size === 2) write16(cpu, ES, to, value);
    else write32(cpu, ES, to, value);
    advance(cpu, DI, mask, size, 1);
  };
}

function outsElement(size: AccessSize): Element {
  return (cpu, rec, mask) => {
    const segment = segmentOf(cpu, rec);
    const from = cpu.state[SI] & mask;
    checkPort(cpu, dx(cpu), size, ACCESS.WRITE);
    const value =
      size === 1
        ? read8(cpu, segment, from)
        : size === 2
          ? read16(cpu, segment, from)
          : read32(cpu, segment, from) >>> 0;
    deviceAccess(cpu);
    cpu.sink.portWrite(dx(cpu), size, value);
    advance(cpu, SI, mask, size, 1);
  };
}

// A stretch of a string in RAM goes to the device as one block, as KVM does it. It passes through a buffer, because
// the device may keep what it was given.
function insBulk(size: AccessSize): Bulk {
  return (cpu, _rec, mask, count) => {
    if (count < 2 || goesDown(cpu) || cpu.watchPorts !== 0) return 0;
    const to = cpu.state[DI] & mask;
    checkPort(cpu, dx(cpu), size, ACCESS.READ);
    const n = Math.min(count, elementsOnPage(cpu, ES, to, size, mask));
    const target = n < 2 ? -1 : pinWrite(cpu, ES, to, size);
    if (target < 0) return 0;
    const block = cpu.block.subarray(0, n * size);
    deviceAccess(cpu);
    cpu.sink.portReadBlock(dx(cpu), size, block);
    cpu.mem.set(block, target);
    advance(cpu, DI, mask, size, n);
    return n;
  };
}

function outsBulk(size: AccessSize): Bulk {
  return (cpu, rec, mask, count) => {
    if (count < 2 || goesDown(cpu) || cpu.watchPorts !== 0) return 0;
    const segment = segmentOf(cpu, rec);
    const from = cpu.state[SI] & mask;
    checkPort(cpu, dx(cpu), size, ACCESS.WRITE);
    const n = Math.min(count, elementsOnPage(cpu, segment, from, size, mask));
    const source = n < 2 ? -1 : pinRead(cpu, segment, from, size);
    if (source < 0) return 0;
    const block = cpu.block.subarray(0, n * size);
    block.set(cpu.mem.subarray(source, source + n * size));
    deviceAccess(cpu);
    cpu.sink.portWriteBlock(dx(cpu), size, block);
    advance(cpu, SI, mask, size, n);
    return n;
  };
}

/** IN, OUT, INS and OUTS. */
export const PORTS: Record<string, Sizes> = {
  'IN E,I': forSizes((size) => (cpu, rec) => portIn(cpu, immediate(cpu, rec), size)),
  'IN E,DX': forSizes((size) => (cpu) => portIn(cpu, dx(cpu), size)),
  'OUT I,E': forSizes((size) => (cpu, rec) => portOut(cpu, immediate(cpu, rec), size)),
  'OUT DX,E': forSizes((size) => (cpu) => portOut(cpu, dx(cpu), size)),
  INS: forSizes((size) => {
    const operation: StringOperation = {
      size,
      element: insElement(size),
      bulk: insBulk(size),
      compares: false,
      pointers: [DI],
      writes: false,
    };
    return (cpu, rec) => repeat(cpu, rec, operation);
  }),
  OUTS: forSizes((size) => {
    const operation: StringOperation = {
      size,
      element: outsElement(size),
      bulk: outsBulk(size),
      compares: false,
      pointers: [SI],
      writes: false,
    };
    return (cpu, rec) => repeat(cpu, rec, operation);
  }),
};
