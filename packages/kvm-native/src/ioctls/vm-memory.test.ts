import { beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { hardware, needKvm } from '../guest.test-util.ts';
import * as K from '../ioctls.ts';
import { CODE, needCapability, RawGuest, refused, word } from './raw-guest.test-util.ts';

beforeEach(needKvm);

const invalid = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });
const store = (address: number, value: number): number[] => [0xc6, 0x06, ...word(address), value]; // mov byte [address], value

/** The numbers of the pages whose bits are set. */
function pages(bitmap: Uint8Array): number[] {
  return Array.from({ length: bitmap.length * 8 }, (_, i) => i).filter((i) => (bitmap[i >> 3] & (1 << (i & 7))) !== 0);
}

describe('memory slots', () => {
  it('may show the same memory twice, but two of them no address', () => {
    using guest = new RawGuest([...store(0x0800, 0x77), 0xf4]);
    const { vm, memory } = guest;
    vm.setUserMemoryRegion({ slot: 1, guestPhysAddr: 0x100000, memorySize: 65536, memory });
    expect(guest.run()).toBe(K.KVM_EXIT_HLT);
    expect(guest.bytes[0x0800]).toBe(0x77);
    expect(() => vm.setUserMemoryRegion({ slot: 2, guestPhysAddr: 0x10f000, memorySize: 8192, memory })).toThrow(
      expect.objectContaining({
        code: 'ERR_KVM',
        message: expect.stringContaining('0x10f000 to 0x110fff of slot 2 overlaps 0x100000 to 0x10ffff of slot 1'),
        details: expect.objectContaining({
          code: 'EEXIST',
          overlaps: { slot: 1, guestPhysAddr: 0x100000, memorySize: 65536 },
        }),
      }),
    );
    vm.setUserMemoryRegion({ slot: 1, guestPhysAddr: 0, memorySize: 0, memory });
    vm.setUserMemoryRegion({ slot: 2, guestPhysAddr: 0x10f000, memorySize: 8192, memory });
  });

  it('can be read-only: writes are exits', (context) => {
    using guest = new RawGuest([0xb8, 0, 0x20, 0x8e, 0xd8, ...store(0, 5), 0xf4]); // mov ax, 0x2000; mov ds, ax; ...
    needCapability(context, guest, K.KVM_CAP_READONLY_MEM, 'KVM_CAP_READONLY_MEM');
    const { vm } = guest;
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
    vm.setUserMemoryRegion({
      ...{ slot: 1, flags: K.KVM_MEM_READONLY, guestPhysAddr: 0x20000 },
      ...{ memorySize: 4096, memory, offset: 8192 },
    });
    expect(guest.run()).toBe(K.KVM_EXIT_MMIO);
    expect(guest.vcpu.kvmRun.exit()).toEqual({
      exitReason: K.KVM_EXIT_MMIO,
      ...{ physAddr: 0x20000, data: Uint8Array.of(5), len: 1, isWrite: 1 },
    });
    expect(new Uint8Array(memory.buffer)[8192]).toBe(0);
  });

  it('refuse memory that could move, or that is none', () => {
    using guest = new RawGuest();
    const { vm } = guest;
    const region = { slot: 3, guestPhysAddr: 0x100000, memorySize: 4096 };
    const growable = new WebAssembly.Memory({ initial: 1, maximum: 4 });
    expect(() => vm.setUserMemoryRegion({ ...region, memory: growable })).toThrow(
      /must not be able to grow.* grown by a page/,
    );
    expect(growable.buffer.byteLength).toBe(2 * 65536);
    expect(() => vm.setUserMemoryRegion({ ...region, memory: growable })).toThrow(invalid);
    const shared = new WebAssembly.Memory({ initial: 1, maximum: 4, shared: true });
    vm.setUserMemoryRegion({ ...region, memory: shared });
    const fake = Object.create(WebAssembly.Memory.prototype) as WebAssembly.Memory;
    const looks = { buffer: new ArrayBuffer(65536), grow: () => 0 };
    for (const memory of [fake, looks, null, undefined, new ArrayBuffer(65536)]) {
      expect(() => vm.setUserMemoryRegion({ ...region, slot: 4, memory: memory as WebAssembly.Memory })).toThrow(
        invalid,
      );
    }
  });

  it('of 64-bit addresses, too', (context) => {
    using guest = new RawGuest();
    const make = (maximum: bigint): WebAssembly.Memory | undefined => {
      const descriptor = { initial: 1n, maximum, address: 'i64' } as unknown as WebAssembly.MemoryDescriptor;
      try {
        return new WebAssembly.Memory(descriptor);
      } catch {
        return undefined;
      }
    };
    const [growable, fixed] = [make(4n), make(1n)];
    if (growable === undefined || fixed === undefined) return context.skip('this Node.js has no memory64');
    const region = { slot: 3, guestPhysAddr: 0x100000, memorySize: 4096 };
    expect(() => guest.vm.setUserMemoryRegion({ ...region, memory: growable })).toThrow(invalid);
    guest.vm.setUserMemoryRegion({ ...region, memory: fixed });
  });

  it('cannot be deceived by a program that replaces WebAssembly.Memory', () => {
    using guest = new RawGuest();
    const real = WebAssembly.Memory;
    const fake = class {
      buffer = new ArrayBuffer(65536);
    };
    (WebAssembly as { Memory: unknown }).Memory = fake;
    try {
      const memory = new fake() as unknown as WebAssembly.Memory;
      expect(() =>
        guest.vm.setUserMemoryRegion({ slot: 3, guestPhysAddr: 0x100000, memorySize: 4096, memory }),
      ).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    } finally {
      WebAssembly.Memory = real;
    }
  });
});

describe('the dirty log', () => {
  const stores = [...store(0x3000, 1), ...store(0x5004, 2), 0xf4];

  function log(guest: RawGuest): number[] {
    const bitmap = new Uint8Array(8);
    guest.vm.getDirtyLog(0, bitmap);
    return pages(bitmap);
  }

  function start({ vm, memory }: RawGuest): void {
    const flags = K.KVM_MEM_LOG_DIRTY_PAGES;
    vm.setUserMemoryRegion({ slot: 0, flags, guestPhysAddr: 0, memorySize: 65536, memory });
  }

  it('has what was written since it was read', () => {
    using guest = new RawGuest(stores);
    expect(() => log(guest)).toThrow(refused('KVM_GET_DIRTY_LOG', 'ENOENT') as Error);
    start(guest);
    expect(guest.run()).toBe(K.KVM_EXIT_HLT);
    expect(log(guest)).toEqual([3, 5]);
    expect(log(guest)).toEqual([]);
    expect(() => guest.vm.getDirtyLog(0, new Uint8Array(7))).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });

  it('is cleared by hand, page by page, once that was asked for', (context) => {
    using guest = new RawGuest(stores);
    needCapability(context, guest, K.KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, 'KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2');
    const { vm } = guest;
    vm.enableCap(K.KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, K.KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE);
    start(guest);
    guest.run();
    expect([log(guest), log(guest)]).toEqual([
      [3, 5],
      [3, 5],
    ]);
    vm.clearDirtyLog(0, 0, 16, Uint8Array.of(1 << 3, 0, 0, 0, 0, 0, 0, 0));
    expect(log(guest)).toEqual([5]);
    guest.load(stores);
    guest.run();
    expect(log(guest)).toEqual([3, 5]);
    expect(() => vm.clearDirtyLog(0, 1, 15, new Uint8Array(8))).toThrow(
      refused('KVM_CLEAR_DIRTY_LOG', 'EINVAL') as Error,
    );
    expect(() => vm.clearDirtyLog(0, 0, 64, new Uint8Array(7))).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });
});

describe('the ring of dirty pages', () => {
  // Processors that log written pages themselves need more than 4096.
  const RING_BYTES = 65536;
  const PAGES = RING_BYTES / 16;
  const BASE = 0x1000000;

  /** A guest with rings, whose slot 3 has as many pages as a ring has places. */
  function ringGuest(context: TestContext, code: number[]): RawGuest {
    let has = false;
    const guest = new RawGuest(code, (vm) => {
      has = vm.checkExtensionInt(K.KVM_CAP_DIRTY_LOG_RING) >= RING_BYTES;
      if (!has) return;
      vm.enableCap(K.KVM_CAP_DIRTY_LOG_RING, RING_BYTES);
      const memory = new WebAssembly.Memory({ initial: PAGES / 16, maximum: PAGES / 16 });
      const [flags, memorySize] = [K.KVM_MEM_LOG_DIRTY_PAGES, PAGES * 4096];
      vm.setUserMemoryRegion({ slot: 3, flags, guestPhysAddr: BASE, memorySize, memory });
    });
    if (!has) {
      guest[Symbol.dispose]();
      context.skip('this KVM has no KVM_CAP_DIRTY_LOG_RING');
    }
    // Protected mode, flat: the slot is above the first MiB.
    const sregs = guest.vcpu.getSregs();
    const flat = { base: 0n, limit: 0xffffffff, db: 1, g: 1 };
    const cs = { ...sregs.cs, ...flat, selector: 8, type: 11 };
    const data = { ...sregs.ds, ...flat, selector: 16, type: 3 };
    guest.vcpu.setSregs({ ...sregs, cr0: sregs.cr0 | 1n, cs, ds: data, es: data, ss: data });
    return guest;
  }

  // KVM may put a page there more than once.
  function take({ vcpu }: RawGuest): number[] {
    const gfns = vcpu.takeDirtyGfns();
    expect(gfns.every(({ slot }) => slot === 3)).toBe(true);
    return [...new Set(gfns.map(({ offset }) => offset))];
  }

  // mov byte [BASE + address], 1
  const storeFar = (address: number): number[] => {
    const at = BASE + address;
    return [0xc6, 0x05, at & 0xff, (at >> 8) & 0xff, (at >> 16) & 0xff, at >>> 24, 1];
  };

  it('has what was written, in order, until that is taken and watched anew', (context) => {
    const code = [...storeFar(0x3000), ...storeFar(0x5004), 0xf4];
    using guest = ringGuest(context, code);
    const { vm, vcpu } = guest;
    expect(guest.run()).toBe(K.KVM_EXIT_HLT);
    expect(vcpu.takeDirtyGfns(1)).toEqual([{ slot: 3, offset: 3 }]);
    expect(take(guest)).toEqual([5]);
    expect(take(guest)).toEqual([]);
    expect(vm.resetDirtyRings()).toBeGreaterThanOrEqual(2);
    vcpu.setRegs({ ...vcpu.getRegs(), rip: BigInt(CODE) });
    expect(guest.run()).toBe(K.KVM_EXIT_HLT);
    expect(take(guest)).toEqual([3, 5]);
    for (const most of [-1, 0.5, 65537]) expect(() => vcpu.takeDirtyGfns(most)).toThrow(invalid);
    vcpu.close();
    expect(() => vcpu.takeDirtyGfns()).toThrow(refused('KVM_CAP_DIRTY_LOG_RING', 'EBADF') as Error);
  });

  it('that is almost full is an exit, until somebody takes what is there', (context) => {
    // again: mov [ebx], al; add ebx, 4096; jmp again
    using guest = ringGuest(context, [0x88, 0x03, 0x81, 0xc3, 0, 0x10, 0, 0, 0xeb, 0xf6]);
    const { vm, vcpu } = guest;
    vcpu.setRegs({ ...vcpu.getRegs(), rbx: BigInt(BASE) });
    const exit = guest.run();
    context.skip(!hardware && exit === K.KVM_EXIT_MMIO, 'this KVM lets a ring run full: no VT-x or SVM');
    expect(exit).toBe(K.KVM_EXIT_DIRTY_RING_FULL);
    const written = take(guest);
    expect(written.length).toBeGreaterThan(1000);
    expect(written).toEqual(written.map((_, i) => i));
    vm.resetDirtyRings();
    // Up to the end of the slot.
    expect([K.KVM_EXIT_MMIO, K.KVM_EXIT_DIRTY_RING_FULL]).toContain(guest.run());
    expect(take(guest)).toContain(written.length);
  });

  it('that nobody asked for is not there', () => {
    using guest = new RawGuest();
    expect(() => guest.vcpu.takeDirtyGfns()).toThrow(refused('KVM_CAP_DIRTY_LOG_RING', 'ENXIO') as Error);
    expect(() => guest.vm.resetDirtyRings()).toThrow(refused('KVM_RESET_DIRTY_RINGS', 'EINVAL') as Error);
  });
});

describe('coalesced writes', () => {
  it('to memory and ports wait in a ring, in order, without an exit', (context) => {
    // mov ax, 0xb800; mov ds, ax; mov byte [2], 0x48; mov al, 0x69; out 0xe9, al; mov [4], ax; hlt
    const code = [0xb8, 0, 0xb8, 0x8e, 0xd8, ...store(2, 0x48), 0xb0, 0x69, 0xe6, 0xe9, 0xa3, 4, 0, 0xf4];
    using guest = new RawGuest(code);
    needCapability(context, guest, K.KVM_CAP_COALESCED_PIO, 'KVM_CAP_COALESCED_PIO');
    const { vm, vcpu } = guest;
    const [screen, port] = [
      { addr: 0xb8000, size: 4000 },
      { addr: 0xe9, size: 1, pio: 1 },
    ];
    vm.registerCoalescedMmio(screen);
    vm.registerCoalescedMmio(port);
    expect(guest.run()).toBe(K.KVM_EXIT_HLT);
    const ring = vcpu.takeCoalescedMmio();
    expect(ring.map(({ physAddr, len, pio, data }) => [physAddr, len, pio, [...data.subarray(0, len)]])).toEqual([
      [0xb8002, 1, 0, [0x48]],
      [0xe9, 1, 1, [0x69]],
      [0xb8004, 2, 0, [0x69, 0xb8]],
    ]);
    expect(vcpu.takeCoalescedMmio()).toEqual([]);
    vm.unregisterCoalescedMmio(screen);
    guest.load(code);
    expect(guest.run()).toBe(K.KVM_EXIT_MMIO);
    vm.unregisterCoalescedMmio(port);
  });

  it('exit when the ring is full, and go on when it was read', () => {
    // mov ax, 0xb800; mov ds, ax; inc byte [bx]... : mov [0], al; jmp back
    using guest = new RawGuest([0xb8, 0, 0xb8, 0x8e, 0xd8, 0xa2, 0, 0, 0xeb, 0xfb]);
    guest.vm.registerCoalescedMmio({ addr: 0xb8000, size: 4096 });
    for (let i = 0; i < 3; i++) {
      expect(guest.run()).toBe(K.KVM_EXIT_MMIO);
      expect(guest.vcpu.takeCoalescedMmio()).toHaveLength(169);
    }
  });
});

describe('addresses and limits', () => {
  it('of KVM itself are set before there is a vCPU', () => {
    using guest = new RawGuest([0xf4], (vm) => {
      vm.setIdentityMapAddr(0xfeffc000);
      vm.setTssAddr(0xfeffd000);
    });
    expect(guest.run()).toBe(K.KVM_EXIT_HLT);
    expect(() => guest.vm.setIdentityMapAddr(0xfefff000)).toThrow(
      refused('KVM_SET_IDENTITY_MAP_ADDR', 'EINVAL') as Error,
    );
    expect(() => guest.vm.setTssAddr(2 ** 32)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });

  it('of the pages of KVM are set and read', (context) => {
    using guest = new RawGuest();
    expect(() => guest.vm.setNrMmuPages(63)).toThrow(refused('KVM_SET_NR_MMU_PAGES', 'EINVAL') as Error);
    guest.vm.setNrMmuPages(1024);
    let pagesAgain: number;
    try {
      pagesAgain = guest.vm.getNrMmuPages();
    } catch (error) {
      expect(error).toMatchObject({ code: 'ERR_KVM', details: { ioctl: 'KVM_GET_NR_MMU_PAGES' } });
      context.skip('this kernel no longer has KVM_GET_NR_MMU_PAGES');
      return;
    }
    expect(pagesAgain).toBe(1024);
  });
});
