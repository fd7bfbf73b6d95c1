// doorbell.js
import { defineDevice, StateReader } from '@picovm/core';

/** A port that rings an interrupt line: bit 0 rings, bit 1 enables the line. */
export const doorbell = defineDevice({
  type: 'doorbell',
  apiVersion: 1,
  description: 'rings an interrupt line',
  options: {
    base: { type: 'integer', min: 0, max: 0xffff, default: 0x520, hex: true, description: 'its port' },
    irq: { type: 'integer', min: 0, max: 23, default: 9, description: 'its interrupt line' },
  },
  ranges: [{ space: 'port', base: { option: 'base' }, length: 1, width: { max: 1 } }],
  irqs: [{ option: 'irq' }],
  create({ id }, { ranges, irqs }) {
    let bits = 0;
    let line;
    const set = (value) => {
      bits = value;
      line.set(bits === 3);
    };
    return {
      attach(context) {
        line = context.irq(irqs[0]);
        context.claimPorts(ranges[0], { read: () => bits, write: (_offset, _size, value) => set(value & 3) });
      },
      reset: () => set(0),
      snapshot: () => ({ version: 1, bits }),
      restore: (state) => set(new StateReader(id, state, 1).integer('bits', 3)),
    };
  },
});
