export type {
  ApicBus,
  ApicListener,
  IoApic,
  IoApicOptions,
  LocalApic,
  LocalApicOptions,
} from './apic/apic-types.ts';
export { ioApic } from './apic/io-apic.ts';
export { localApic } from './apic/local-apic.ts';
export type { Dma8237, Dma8237Options, DmaChannel, DmaChannelNumber } from './dma/dma-types.ts';
export { dma8237 } from './dma/dma8237.ts';
export { fwCfg } from './fw-cfg/fw-cfg.ts';
export type { FwCfg, FwCfgContent, FwCfgOptions } from './fw-cfg/fw-cfg-types.ts';
export { i8042 } from './i8042/i8042.ts';
export type {
  HostKeyboard,
  HostMouse,
  I8042,
  I8042Options,
  KeyboardLeds,
  MouseButtons,
} from './i8042/i8042-types.ts';
export { KEY_NAMES } from './i8042/keys.ts';
export { pic8259 } from './pic/pic8259.ts';
export type { Pic8259, Pic8259Options } from './pic/pic8259-types.ts';
export type { PciBus, PciFunction, PciFunctionSpec, PciPlace, PciPortRange } from './piix/pci.ts';
export { type Piix3Isa, type Piix3IsaOptions, piix3Isa } from './piix/piix3-isa.ts';
export { piix4Pm } from './piix/piix4-pm.ts';
export type { Piix4Pm, Piix4PmOptions } from './piix/piix4-pm-types.ts';
export { pit8254 } from './pit/pit8254.ts';
export type { Pit8254, Pit8254Options } from './pit/pit8254-types.ts';
export type { OnSpeaker } from './pit/speaker.ts';
export { type Port92Options, port92 } from './ports/port92.ts';
export { rtc } from './rtc/rtc.ts';
export type { Rtc, RtcCmos, RtcOptions } from './rtc/rtc-types.ts';
