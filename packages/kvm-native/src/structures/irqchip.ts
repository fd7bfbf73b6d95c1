import { bytesField, checkObject, type Field, type Layout, layout, list, physical, u8, u32, u64 } from './layout.ts';

/** `struct kvm_pic_state`: one of the two 8259A. A byte each. */
export interface KvmPicState {
  lastIrr: number;
  /** Interrupts requested: a bit a line. */
  irr: number;
  /** Lines masked. */
  imr: number;
  /** Interrupts in service. */
  isr: number;
  priorityAdd: number;
  /** The vector of line 0. */
  irqBase: number;
  readRegSelect: number;
  poll: number;
  specialMask: number;
  initState: number;
  autoEoi: number;
  rotateOnAutoEoi: number;
  specialFullyNestedMode: number;
  init4: number;
  /** Lines that are triggered by their level. */
  elcr: number;
  elcrMask: number;
}

/** `struct kvm_ioapic_state`. */
export interface KvmIoapicState {
  baseAddress: number;
  ioregsel: number;
  id: number;
  irr: number;
  /** The 24 entries of the redirection table, 64 bits each. */
  redirtbl: readonly bigint[];
}

/** `struct kvm_irqchip`: one of the interrupt controllers of KVM_CREATE_IRQCHIP. */
export type KvmIrqchip = { chipId: 0 | 1; pic: KvmPicState } | { chipId: 2; ioapic: KvmIoapicState };

const PIC_FIELDS = [
  'lastIrr', 'irr', 'imr', 'isr', 'priorityAdd', 'irqBase', 'readRegSelect', 'poll', 'specialMask', 'initState',
  'autoEoi', 'rotateOnAutoEoi', 'specialFullyNestedMode', 'init4', 'elcr', 'elcrMask',
] as const satisfies readonly (keyof KvmPicState)[]; // biome-ignore format: a word a line would fill the page

const PIC: Layout<KvmPicState> = layout<KvmPicState>(
  'kvm_pic_state',
  PIC_FIELDS.length,
  Object.fromEntries(PIC_FIELDS.map((name, i) => [name, [i, u8]])) as unknown as {
    [K in keyof KvmPicState]: [number, Field<number>];
  },
);

const IOAPIC: Layout<KvmIoapicState> = layout<KvmIoapicState>('kvm_ioapic_state', 216, {
  baseAddress: [0, physical],
  ioregsel: [8, u32],
  id: [12, u32],
  irr: [16, u32],
  redirtbl: [24, list(u64, 24)],
});

const RAW: Layout<{ chipId: number; chip: Uint8Array }> = layout<{ chipId: number; chip: Uint8Array }>(
  'kvm_irqchip',
  520,
  { chipId: [0, u32], chip: [8, bytesField(512)] },
);

/** The structure with nothing in it but which controller is meant. */
export function irqchipRequest(chipId: number): Uint8Array {
  return RAW.encode({ chipId, chip: new Uint8Array(512) });
}

export function decodeIrqchip(bytes: Uint8Array): KvmIrqchip {
  const { chipId, chip } = RAW.decode(bytes);
  if (chipId === 2) return { chipId, ioapic: IOAPIC.decode(chip) };
  return { chipId: chipId as 0 | 1, pic: PIC.decode(chip) };
}

/** @throws VmError `ERR_INVALID_ARGUMENT` */
export function encodeIrqchip(irqchip: KvmIrqchip): Uint8Array {
  checkObject('kvm_irqchip', irqchip);
  const chip = new Uint8Array(512);
  chip.set(irqchip.chipId === 2 ? IOAPIC.encode(irqchip.ioapic) : PIC.encode(irqchip.pic));
  return RAW.encode({ chipId: irqchip.chipId, chip });
}
