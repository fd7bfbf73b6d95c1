export { type I440fx, type I440fxOptions, i440fx } from './i440fx.ts';
export { type PciBusHost, type PciBusOptions, type PirqRoutes, pciBus } from './pci-bus.ts';
export type {
  PciBarSpec,
  PciBus,
  PciFunction,
  PciFunctionSpec,
  PciRange,
  PciRangeSpec,
  PciRegisters,
  PciSpace,
  PirqListener,
  PlacedByGuest,
} from './pci-types.ts';
export { type SetUpPciOptions, setUpPci } from './set-up/set-up-pci.ts';
