import { ADDON } from '../addon.test-util.ts';
import { loadAddon } from '../host/load-addon.ts';
import {
  MAILBOX_SIZE,
  type NativeAddon,
  type NativeCrew,
  type NativeDevice,
  type NativeEventFd,
  type NativeStats,
  type NativeSystem,
  type NativeVcpu,
  type NativeVm,
} from './addon.ts';

/** The addon that the tests use. */
export function testAddon(): NativeAddon {
  return loadAddon(ADDON.addon);
}

/** What a parameter takes. */
export type Parameter =
  | { readonly kind: 'integer'; readonly max: number; readonly good?: number }
  | { readonly kind: 'bytes'; readonly size: number }
  | { readonly kind: 'entries'; readonly header: number; readonly entry: number; readonly says?: number }
  | { readonly kind: 'at-least'; readonly size: number }
  | { readonly kind: 'bigint'; readonly good?: bigint }
  | { readonly kind: 'memory' | 'eventfd' | 'vcpu' | 'string' | 'boolean' | 'function' | 'bitmaps' }
  | { readonly kind: 'optional-eventfd' };

const integer = (max: number, good = 0): Parameter => ({ kind: 'integer', max, good });
const bytes = (size: number): Parameter => ({ kind: 'bytes', size });
/** @param says where the count is that must not be more than there are entries */
const entries = (header: number, entry: number, says?: number): Parameter => ({ kind: 'entries', header, entry, says });
const U32 = 2 ** 32 - 1;
const U52 = 2 ** 52;
const number32: Parameter = integer(U32);
const number31: Parameter = integer(2 ** 31 - 1);
const memory: readonly Parameter[] = [{ kind: 'memory' }, integer(U52), integer(U52, 4096)];

type Methods = Readonly<Record<string, readonly Parameter[]>>;

const structures = (sizes: Readonly<Record<string, number>>): Methods =>
  Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, [bytes(size)]]));

/** Every method of every class of the addon, and what it takes. `run` takes anything. */
export const SURFACE: Readonly<Record<Kind, Methods>> = {
  system: {
    getApiVersion: [],
    getVcpuMmapSize: [],
    checkExtension: [number31],
    getMsrIndexList: [entries(4, 4)],
    getMsrFeatureIndexList: [entries(4, 4)],
    getMsrs: [entries(8, 16, 0)],
    getSupportedCpuid: [entries(8, 40)],
    getEmulatedCpuid: [entries(8, 40)],
    getSupportedHvCpuid: [entries(8, 40)],
    ...structures({ x86GetMceCapSupported: 8 }),
    hasDeviceAttr: [number32, integer(2 ** 53)],
    getDeviceAttr: [integer(1), integer(2 ** 53)],
    createVm: [number32],
    close: [],
  },
  vm: {
    checkExtension: [number31],
    setTssAddr: [number32],
    setNrMmuPages: [number31],
    getNrMmuPages: [],
    setBootCpuId: [number32],
    createIrqchip: [],
    setTscKhz: [number31],
    getTscKhz: [],
    resetDirtyRings: [],
    ...structures({
      ...{ setIdentityMapAddr: 8, getIrqchip: 520, setIrqchip: 520, irqLine: 8, irqLineStatus: 8, signalMsi: 32 },
      ...{ createPit2: 64, getPit2: 112, setPit2: 112, reinjectControl: 32, getClock: 48, setClock: 48 },
      ...{ registerCoalescedMmio: 16, unregisterCoalescedMmio: 16, enableCap: 104 },
    }),
    setGsiRouting: [entries(8, 48, 0)],
    setPmuEventFilter: [entries(32, 8, 4)],
    setUserMemoryRegion: [number32, integer(3), integer(U52), ...memory],
    getDirtyLog: [number32, { kind: 'at-least', size: 8 }],
    clearDirtyLog: [number32, integer(2 ** 40), integer(U32, 64), { kind: 'at-least', size: 8 }],
    irqfd: [bytes(32), { kind: 'eventfd' }, { kind: 'optional-eventfd' }],
    ioeventfd: [bytes(64), { kind: 'eventfd' }],
    hypervEventfd: [bytes(24), { kind: 'eventfd' }],
    x86SetMsrFilter: [number32, { kind: 'bytes', size: 12 }, { kind: 'bitmaps' }],
    createDevice: [number32, number32],
    getStatsFd: [],
    createVcpu: [integer(65535), ...memory.with(2, integer(U52, MAILBOX_SIZE))],
    close: [],
  },
  vcpu: {
    nmi: [],
    smi: [],
    setTscKhz: [number31],
    getTscKhz: [],
    kvmclockCtrl: [],
    ...structures({
      ...{ getRegs: 144, setRegs: 144, getSregs: 312, setSregs: 312, getSregs2: 320, setSregs2: 320, getFpu: 416 },
      ...{ setFpu: 416, getXcrs: 392, setXcrs: 392, getDebugregs: 128, setDebugregs: 128, getVcpuEvents: 64 },
      ...{ setVcpuEvents: 64, getMpState: 4, setMpState: 4, getLapic: 1024, setLapic: 1024, interrupt: 4 },
      ...{ setGuestDebug: 72, translate: 24, x86SetupMce: 8, x86SetMce: 64, tprAccessReporting: 40, setVapicAddr: 8 },
      ...{ preFaultMemory: 64, enableCap: 104, getXsave: 4096, getXsave2: 4096, setXsave: 4096 },
    }),
    getMsrs: [entries(8, 16, 0)],
    setMsrs: [entries(8, 16, 0)],
    getCpuid2: [entries(8, 40)],
    setCpuid2: [entries(8, 40, 0)],
    getSupportedHvCpuid: [entries(8, 40)],
    getRegList: [entries(8, 8)],
    getNestedState: [{ kind: 'at-least', size: 128 }],
    setNestedState: [{ kind: 'at-least', size: 128 }],
    getOneReg: [{ kind: 'bigint', good: 0x2030000200000174n }],
    setOneReg: [{ kind: 'bigint', good: 0x2030000200000174n }, { kind: 'bigint' }],
    hasDeviceAttr: [number32, integer(2 ** 53)],
    getDeviceAttr: [integer(0), integer(2 ** 53)],
    setDeviceAttr: [integer(0), integer(2 ** 53), { kind: 'bigint' }],
    getStatsFd: [],
    takeCoalesced: [{ kind: 'at-least', size: 0 }],
    takeDirty: [{ kind: 'at-least', size: 0 }],
    close: [],
  },
  device: {
    hasDeviceAttr: [number32, integer(2 ** 53)],
    setDeviceAttr: [integer(1, 1), integer(2, 1), integer(2 ** 31 - 1, 2 ** 30)],
    close: [],
  },
  crew: {
    start: [{ kind: 'vcpu' }],
    resume: [],
    pause: [],
    wait: [integer(1e7)],
    ...Object.fromEntries(
      ['code', 'proceed', 'hold', 'release', 'complete', 'discard'].map((name) => [name, [integer(65535)]]),
    ),
    close: [],
  },
  stats: { read: [number32, { kind: 'at-least', size: 0 }], close: [] },
  eventfd: {
    write: [{ kind: 'bigint' }],
    read: [],
    watch: [{ kind: 'function' }],
    rearm: [],
    unwatch: [],
    close: [],
  },
};

export type Kind = 'system' | 'vm' | 'vcpu' | 'crew' | 'device' | 'stats' | 'eventfd';

/** One of each kind, as far as this kernel has them. */
export class Objects implements Disposable {
  readonly system: NativeSystem;
  readonly vm: NativeVm;
  readonly vcpu: NativeVcpu;
  readonly crew: NativeCrew;
  readonly device: NativeDevice | undefined;
  readonly stats: NativeStats | undefined;
  readonly eventfd: NativeEventFd;
  /** Two pages of WebAssembly: the first is for guests, the second for mailboxes. */
  readonly memory: WebAssembly.Memory;

  constructor(memory: WebAssembly.Memory = new WebAssembly.Memory({ initial: 2, maximum: 2 })) {
    this.memory = memory;
    const addon = testAddon();
    this.system = new addon.KvmSystem('/dev/kvm');
    this.vm = this.system.createVm(0);
    this.vcpu = this.vm.createVcpu(0, this.memory, 65536, MAILBOX_SIZE);
    this.crew = new addon.KvmCrew(() => {});
    this.eventfd = new addon.KvmEventFd(0, false);
    this.device = attempt(() => this.vm.createDevice(4, 0));
    this.stats = attempt(() => this.vm.getStatsFd());
  }

  /** Arguments that are right, as far as the addon can tell. */
  argument(parameter: Parameter): unknown {
    switch (parameter.kind) {
      case 'integer':
        return parameter.good ?? 0;
      case 'bytes':
      case 'at-least':
        return new Uint8Array(parameter.size);
      case 'entries':
        return new Uint8Array(parameter.header + parameter.entry);
      case 'bigint':
        return parameter.good ?? 0n;
      case 'memory':
        return this.memory;
      case 'eventfd':
        return this.eventfd;
      case 'vcpu':
        return this.vcpu;
      case 'optional-eventfd':
        return undefined;
      case 'string':
        return '/dev/kvm';
      case 'boolean':
        return false;
      case 'function':
        return () => {};
      case 'bitmaps':
        return [new Uint8Array(8)];
    }
  }

  [Symbol.dispose](): void {
    for (const object of [this.stats, this.device, this.eventfd, this.crew, this.vcpu, this.vm, this.system])
      object?.close();
  }
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
