import { type Device, Vm } from '@picovm/core';
import { enterRealMode } from '@picovm/core/x86';
import { debugConsole, uart16550 } from '@picovm/device-console';
import { vgaText } from '@picovm/device-vga';
import { interp } from '@picovm/x86-interp';
import { defineMachine, type MachineDefinition, type MachineLink } from '../index.ts';
import { TROUBLE, TROUBLE_PORT } from './programs.test-util.ts';

/** What the machine of the tests is given. */
export interface TestOptions {
  /** Put at 0000:1000. */
  readonly code: readonly number[];
  /** What the build function does wrong. */
  readonly build?: 'overlap' | 'throw' | 'nothing' | 'hang' | 'never' | 'odd' | 'same-name' | 'exit';
  /** The last device throws when it is disposed. */
  readonly disposeThrows?: boolean;
}

/** A machine with a screen, a serial port, and a device that makes trouble when it is asked to. */
const machine: MachineDefinition<TestOptions> = defineMachine((link: MachineLink, options: TestOptions) => {
  const { code, build, disposeThrows = false } = options;
  if (build === 'throw') throw new TypeError('no such part');
  if (build === 'odd') throw Object.create(null);
  if (build === 'exit') exit();
  while (build === 'hang');
  if (build === 'never') return new Promise<Vm>(() => {});
  const vga = vgaText();
  const com1 = uart16550({ output: link.output('com1') });
  link.input('com1', (bytes) => com1.receive(bytes));
  link.screen('vga', vga);
  const farewell = link.output(build === 'same-name' ? 'vga' : 'farewell');
  const debug = debugConsole({ output: link.output('debug') });
  const devices: Device[] = [vga, com1, debug, trouble(() => farewell(Uint8Array.of(0x62, 0x79, 0x65)), disposeThrows)];
  if (build === 'overlap') devices.push(uart16550({ id: 'com2' }));
  const vm = new Vm({ accelerator: interp(), memory: [{ base: 0, size: 0xa0000 }], devices });
  vm.memory.write(0x1000, Uint8Array.from(code));
  enterRealMode(vm.vcpu, { segment: 0, offset: 0x1000 });
  return build === 'nothing' ? (undefined as unknown as Vm) : vm;
});
export default machine;

function trouble(atDispose: () => void, disposeThrows: boolean): Device {
  const make = (what: number): void => {
    if (what === TROUBLE.throw) throw new RangeError('asked to throw');
    while (what === TROUBLE.hang);
    if (what === TROUBLE.exit) exit();
    if (what === TROUBLE.throwLater) {
      setTimeout(() => {
        throw new RangeError('asked to throw later');
      }, 0);
    }
    for (const kept = []; what === TROUBLE.fillMemory; ) kept.push(new Array(100_000).fill(kept.length));
  };
  return {
    id: 'trouble',
    type: 'trouble',
    attach: (context) =>
      context.claimPorts(
        { base: TROUBLE_PORT, length: 1, width: { max: 1 } },
        { read: () => 0, write: (_offset, _size, what) => make(what) },
      ),
    snapshot: () => ({ version: 1 }),
    restore() {},
    dispose() {
      atDispose();
      if (disposeThrows) throw new Error('will not go');
    },
  };
}

function exit(): never {
  return (globalThis as unknown as { process: { exit(code: number): never } }).process.exit(3);
}
