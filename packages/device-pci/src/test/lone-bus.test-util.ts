import { type PciBus, pciBus } from '@picovm/device-pci';
import { FakeMachine } from '@picovm/testkit';

/** Gives each function that is plugged in a bus and a machine of its own, so that a device can be tested alone. */
export const loneBus: PciBus = {
  plug: (spec, context) => {
    const bus = pciBus();
    new FakeMachine(bus, { memory: 0 });
    return bus.plug(spec, context);
  },
  connectPirqs: () => {},
};
