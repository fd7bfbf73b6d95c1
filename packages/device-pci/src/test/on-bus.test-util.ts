import { type Device, type DeviceContext, type DeviceState, StateReader } from '@picovm/core';
import { type PciBus, type PciBusOptions, pciBus } from '@picovm/device-pci';

/** A bus and what is plugged into it as one device, for the test kit. */
export function onBus(make: (pci: PciBus) => Device, options?: PciBusOptions): Device {
  const bus = pciBus(options);
  const parts: Device[] = [bus, make(bus)];
  return {
    id: 'on-bus',
    type: 'on-bus',
    attach: (context: DeviceContext) => {
      for (const part of parts) part.attach(context);
    },
    reset: () => {
      for (const part of parts) part.reset?.();
    },
    snapshot: () => ({ version: 1, bus: parts[0].snapshot?.(), device: parts[1].snapshot?.() }),
    restore: (state: DeviceState) => {
      new StateReader('on-bus', state, 1);
      const before = parts[1].snapshot?.() as DeviceState;
      parts[1].restore?.(state.device as DeviceState);
      try {
        parts[0].restore?.(state.bus as DeviceState);
      } catch (error) {
        parts[1].restore?.(before);
        throw error;
      }
    },
    dispose: () => {
      for (const part of parts) part.dispose?.();
    },
  };
}
