import { type Entries, entries, type Field, invalid, u32 } from './layout.ts';

/** `struct kvm_irq_routing_entry`: where an interrupt of the number `gsi` goes. Several may have the same number. */
export type KvmIrqRoutingEntry = {
  /** Below KVM_CAP_IRQ_ROUTING: 4096. */
  gsi: number;
} & (
  | {
      /** KVM_IRQ_ROUTING_IRQCHIP. */
      type: 1;
      /** 0: first PIC, 1: second PIC, 2: I/O APIC. */
      irqchip: number;
      /** The controller's line: 0 to 7, or 0 to 23. */
      pin: number;
    }
  | {
      /** KVM_IRQ_ROUTING_MSI. */
      type: 2;
      addressLo: number;
      addressHi: number;
      data: number;
    }
  | {
      /** KVM_IRQ_ROUTING_HV_SINT. */
      type: 4;
      vcpu: number;
      sint: number;
    }
);

const UNION = 16;
const FIELDS: Readonly<Record<number, readonly string[]>> = {
  1: ['irqchip', 'pin'],
  2: ['addressLo', 'addressHi', 'data'],
  4: ['vcpu', 'sint'],
};

const ENTRY: Field<KvmIrqRoutingEntry> = {
  size: 48,
  read(view, at) {
    const type = u32.read(view, at + 4);
    const fields = (FIELDS[type] ?? []).map((name, i) => [name, u32.read(view, at + UNION + i * 4)]);
    return { gsi: u32.read(view, at), type, ...Object.fromEntries(fields) } as KvmIrqRoutingEntry;
  },
  write(view, at, value, path) {
    const fields = FIELDS[value?.type];
    if (fields === undefined) throw invalid(`${path}.type`, '1, 2 or 4', value?.type);
    u32.write(view, at, value.gsi, `${path}.gsi`);
    u32.write(view, at + 4, value.type, `${path}.type`);
    fields.forEach((name, i) => {
      u32.write(view, at + UNION + i * 4, (value as unknown as Record<string, number>)[name], `${path}.${name}`);
    });
  },
};

/** `struct kvm_irq_routing`. */
export const IRQ_ROUTING: Entries<KvmIrqRoutingEntry> = entries('kvm_irq_routing', 8, ENTRY);
