import { testDevice } from '@picovm/testkit';
import { test } from 'vitest';
import { fwCfg } from './fw-cfg.ts';

testDevice({
  test,
  factory: fwCfg,
  options: { files: { 'etc/e820': new Uint8Array(100).fill(7), bootorder: 'floppy\0' }, commandLine: 'console=ttyS0' },
  backend: () => ({}),
  exercise: (_device, machine, random) => {
    machine.writePort(0x510, random() % 0x24, 2);
    const control = (random() % 0x20) | ((random() % 0x24) << 16);
    const words = [control, random() % 300, random() % 16 === 0 ? 1 : 0, random() % 0x12000];
    const description = new DataView(new ArrayBuffer(16));
    words.forEach((word, i) => void description.setUint32(4 * i, word));
    machine.memory.write(0x8000, new Uint8Array(description.buffer));
    machine.writePort(0x518, 0x0080_0000, 4);
  },
});
