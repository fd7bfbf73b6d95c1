import { KvmVm } from '../ioctls/kvm-vm.ts';
import type { SystemIoctls } from '../ioctls/system-ioctls.ts';
import type { NativeVm } from '../native/addon.ts';
import { KVM_EXIT_HLT, KVM_EXIT_INTR } from '../native/constants.ts';

const PAGE = 65536;
const CODE = 0x1000;
/** The handler of the interrupt, behind the code: `hlt`. */
const HANDLER = 0x1100;
const GDT = 0x2000;
const IDT = 0x3000;
const TABLES = 0x4000;
const VECTOR = 0x20;
/** CR0.PE, MP, ET and PG (Intel SDM volume 3A, section 2.5). */
const PROTECTED = 0x11n;
const PAGED = 0x80000011;
/** CR4.OSFXSR and OSXMMEXCPT. */
const SSE = 0x600n;
/** A run of some instructions takes microseconds: who needs so long will not come to the end. */
const NANOSECONDS = 20e6;

/** Something that KVM's instruction emulator may lack, and instructions that need it and end in HLT. */
interface Trial {
  readonly what: string;
  readonly code: readonly number[];
  readonly mode?: 'protected';
}

const HLT = 0xf4;

const TRIALS: readonly Trial[] = [
  { what: 'decimal arithmetic', code: [0x27, HLT] }, // daa
  { what: 'BOUND', code: [0x31, 0xdb, 0x62, 0x1e, 0x00, 0x70, HLT] }, // xor bx, bx; bound bx, [7000h]: from 0 to 0
  { what: 'x87', code: [0x9b, 0xdb, 0xe3, 0xd9, 0xe8, 0xd8, 0xc0, HLT] }, // finit; fld1; fadd st0, st0
  { what: 'MMX', code: [0x0f, 0xfc, 0xc0, HLT] }, // paddb mm0, mm0
  { what: 'SSE', code: [0x0f, 0x58, 0xc0, HLT] }, // addps xmm0, xmm0
  { what: 'interrupts in protected mode', code: [0xcd, VECTOR], mode: 'protected' }, // int 20h
  // mov eax, TABLES; mov cr3, eax; mov eax, PAGED; mov cr0, eax
  {
    what: 'paging outside of long mode',
    code: [0xb8, 0, TABLES >> 8, 0, 0, 0x0f, 0x22, 0xd8, 0xb8, ...dword(PAGED), 0x0f, 0x22, 0xc0, HLT],
    mode: 'protected',
  },
];

/**
 * What the instruction emulator of this KVM lacks, of what guests use most: it is tried, in a VM that is closed then.
 * @throws VmError `ERR_KVM`
 */
export function emulatorGaps(native: NativeVm, system: SystemIoctls): string[] {
  using vm = new KvmVm(native);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const bytes = new Uint8Array(memory.buffer);
  vm.setUserMemoryRegion({ slot: 0, guestPhysAddr: 0, memorySize: PAGE, memory });
  bytes.set(descriptors(), GDT);
  // A gate of a 32-bit interrupt (Intel SDM volume 3A, section 6.11): ring 0, selector 8.
  bytes.set([...dword((8 << 16) | (HANDLER & 0xffff)), ...dword(0x8e00)], IDT + 8 * VECTOR);
  bytes.fill(HLT, HANDLER, HANDLER + 16);
  const { buffer } = memory;
  const tables = new Uint32Array(buffer, TABLES, 2048);
  tables[0] = TABLES + 0x1003;
  for (let page = 0; page < 16; page++) tables[1024 + page] = page * 4096 + 3;
  const cpuid = system.getSupportedCpuid();
  using vcpu = vm.createVcpu(0);
  vcpu.setCpuid2(cpuid);
  const sregs = vcpu.getSregs();
  const regs = vcpu.getRegs();
  const real = { base: 0n, selector: 0 };
  const flat = { base: 0n, limit: 0xffffffff, db: 1, g: 1, s: 1, present: 1, dpl: 0 };
  const { cs, ds, es, ss } = sregs;
  return TRIALS.filter(({ code, mode }) => {
    bytes.set(code, CODE);
    vcpu.setSregs(
      mode === 'protected'
        ? {
            ...sregs,
            cr0: PROTECTED,
            cs: { ...cs, ...flat, selector: 8, type: 11 },
            ds: { ...ds, ...flat, selector: 16, type: 3 },
            es: { ...es, ...flat, selector: 16, type: 3 },
            ss: { ...ss, ...flat, selector: 16, type: 3 },
            gdt: { base: BigInt(GDT), limit: 23 },
            idt: { base: BigInt(IDT), limit: 8 * VECTOR + 7 },
          }
        : {
            ...sregs,
            cr4: SSE,
            cs: { ...cs, ...real },
            ds: { ...ds, ...real },
            es: { ...es, ...real },
            ss: { ...ss, ...real },
          },
    );
    vcpu.setRegs({ ...regs, rip: BigInt(CODE), rsp: BigInt(CODE), rflags: 2n });
    let exit = vcpu.run(NANOSECONDS);
    // A signal of the process has come first.
    if (exit === KVM_EXIT_INTR) exit = vcpu.run(NANOSECONDS);
    return exit !== KVM_EXIT_HLT;
  }).map(({ what }) => what);
}

/** None; code and data, flat. */
function descriptors(): number[] {
  return [0, 0, 0x0000ffff, 0x00cf9b00, 0x0000ffff, 0x00cf9300].flatMap(dword);
}

function dword(value: number): number[] {
  return [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, value >>> 24];
}
