import { type DeviceContext, type IrqLine, VirtualClock, Vm } from '@picovm/core';
import { enterRealMode } from '@picovm/core/x86';
import { interp } from '@picovm/x86-interp';
import { describe, expect, it } from 'vitest';
import { ata, type BlockBackend, memoryBlocks } from '../index.ts';
import * as t from './ata.test-util.ts';

const content = t.patterned(64);
const CODE = 0x1000;
const HANDLER = 0x1800;
const BUFFER = 0x2000;
const VECTOR = 0x76;

const port = (number: number): number[] => [0xba, number & 0xff, number >>> 8];
/** mov al, value; out dx, al */
const out = (value: number): number[] => [0xb0, value, 0xee];
const NEXT_PORT = 0x42;
const HLT = 0xf4;

/** READ SECTORS with a 28-bit address below 256. */
const readCommand = (lba: number, count: number): number[] => [
  ...port(0x1f6),
  ...out(0xe0),
  ...port(0x1f2),
  ...out(count),
  NEXT_PORT,
  ...out(lba),
  NEXT_PORT,
  ...out(0),
  NEXT_PORT,
  ...out(0),
  ...port(0x1f7),
  ...out(0x20),
];
/** mov cx, 256; mov dx, 0x1F0; rep insw */
const TAKE_SECTOR = [0xb9, 0x00, 0x01, ...port(0x1f0), 0xf3, 0x6d];
/** mov di, BUFFER; cld */
const TO_BUFFER = [0xbf, BUFFER & 0xff, BUFFER >>> 8, 0xfc];

/** Passes line 14 on as one vector, as long as it is asserted. */
function controller(): { id: string; type: string; attach: (context: DeviceContext) => void } {
  let intr: IrqLine;
  return {
    id: 'controller',
    type: 'controller',
    attach: (context) => {
      intr = context.claimInterrupts({
        setLine: (n, level) => {
          if (n === 14) intr.set(level);
        },
        acknowledge: () => VECTOR,
      });
    },
  };
}

function machine(blocks: BlockBackend) {
  const ide = ata({ drives: { primaryMaster: { kind: 'disk', blocks } } });
  const memory = [{ base: 0, size: 0x1_0000 }];
  const devices = [controller(), ide];
  return new Vm({ accelerator: interp(), memory, devices, clock: new VirtualClock() });
}

async function run(vm: ReturnType<typeof machine>, code: readonly number[]): Promise<void> {
  vm.memory.write(CODE, Uint8Array.from(code));
  enterRealMode(vm.vcpu, { segment: 0, offset: CODE });
  const { outcome } = await vm.run({ timeoutMs: 10_000 });
  expect(outcome).toBe('halted');
}

describe('a guest', () => {
  it('reads a sector, polling', async () => {
    const vm = machine(memoryBlocks(content));
    // in al, dx; test al, 8; jz back
    const poll = [0xec, 0xa8, 0x08, 0x74, 0xfb];
    await run(vm, [...TO_BUFFER, ...readCommand(9, 1), ...poll, ...TAKE_SECTOR, HLT]);
    expect(vm.memory.read(BUFFER, 512)).toEqual(content.slice(9 * 512, 10 * 512));
    vm.dispose();
  });

  it.each(['at once', 'later'])('reads sectors with interrupts, from a host that answers %s', async (when) => {
    const blocks = memoryBlocks(content);
    const later: BlockBackend = {
      ...blocks,
      read: (offset, bytes) => new Promise((resolve) => setTimeout(() => resolve(blocks.read(offset, bytes)), 5)),
    };
    const vm = machine(when === 'later' ? later : blocks);
    vm.memory.writeU16(4 * VECTOR, HANDLER);
    vm.memory.writeU16(4 * VECTOR + 2, 0);
    // The handler acknowledges with the status register, takes a sector, and counts in BX: inc bx; iret.
    vm.memory.write(HANDLER, Uint8Array.of(...port(0x1f7), 0xec, ...TAKE_SECTOR, 0x43, 0xcf));
    // xor bx, bx; sti; the command; wait: hlt; cmp bx, 3; jb wait; cli; hlt
    const wait = [HLT, 0x83, 0xfb, 0x03, 0x72, 0xfa, 0xfa, HLT];
    await run(vm, [...TO_BUFFER, 0x31, 0xdb, 0xfa, ...readCommand(20, 3), 0xfb, ...wait]);
    expect(vm.memory.read(BUFFER, 1536)).toEqual(content.slice(20 * 512, 23 * 512));
    expect(vm.counters().devices.ide.metrics).toMatchObject({ reads: 1, bytesRead: 1536 });
    vm.dispose();
  });
});
