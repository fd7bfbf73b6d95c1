import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { beforeEach, describe, expect, it } from 'vitest';
import { ADDON } from '../addon.test-util.ts';
import { needKvm } from '../guest.test-util.ts';
import * as K from '../ioctls.ts';
import { resources } from '../resources.test-util.ts';
import { needBuild } from '../worker.test-util.ts';
import { RawGuest, refused, word } from './raw-guest.test-util.ts';

beforeEach(needKvm);

/** Under sanitizers, what was freed is kept for a while, and other threads belong to them. */
const exact = ADDON.addon === undefined;

function eventfds(): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === 'anon_inode:[eventfd]';
    } catch {
      return false;
    }
  }).length;
}

function use(): RawGuest {
  const guest = new RawGuest([0xe6, 0x80, 0xf4], (vm) => vm.createIrqchip());
  const eventfd = new K.KvmEventFd(ADDON);
  guest.vm.ioeventfd(eventfd, { addr: 0x80, len: 1, flags: K.KVM_IOEVENTFD_FLAG_PIO });
  guest.vm.irqfd(eventfd, 5);
  guest.vm.getStatsFd().read();
  guest.vcpu.run(1e6);
  return guest;
}

/** Starts a worker, and waits for its first message. */
async function startWorker(program: string, data: object = {}): Promise<Worker> {
  const url = new URL(`data:text/javascript,${encodeURIComponent(program)}`);
  const ioctls = new URL('../../dist/ioctls.js', import.meta.url).href;
  const worker = new Worker(url, { workerData: { ioctls, addon: ADDON.addon, ...data } });
  await once(worker, 'message');
  return worker;
}

describe('what nobody holds any more', () => {
  it('is given back, with what was registered', async () => {
    const before = eventfds();
    for (let i = 0; i < 10; i++) use();
    for (let i = 0; i < 10; i++) use()[Symbol.dispose]();
    const { kvmDescriptors, kvmMappings } = await resources();
    expect([kvmDescriptors, kvmMappings]).toEqual([0, 0]);
    expect(eventfds()).toBe(before);
  });

  it('stays as long as a guest can reach it', async () => {
    using guest = (() => {
      const made = new RawGuest([0xe6, 0x81, 0xf4]);
      return { vm: made.vm, vcpu: made.vcpu, [Symbol.dispose]: () => made[Symbol.dispose]() };
    })();
    // Nobody but KVM has the memory: the first of these shows another one at the same addresses.
    const other = new WebAssembly.Memory({ initial: 1, maximum: 1 });
    new Uint8Array(other.buffer).set([0xe6, 0x82, 0xf4], 0x1000);
    (() => {
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
      new Uint8Array(memory.buffer).set([0xe6, 0x83, 0xf4], 0x1000);
      const region = { slot: 0, guestPhysAddr: 0, memorySize: 65536 };
      guest.vm.setUserMemoryRegion({ ...region, memorySize: 0, memory });
      guest.vm.setUserMemoryRegion({ ...region, memory });
    })();
    await resources();
    expect(guest.vcpu.run()).toBe(K.KVM_EXIT_IO);
    expect(guest.vcpu.kvmRun.ioPort).toBe(0x83);
  });

  it('is given back when its slot is deleted, and the guest no longer reaches it', async () => {
    using guest = new RawGuest([0xb8, 0, 0x20, 0x8e, 0xd8, 0xa0, 0, 0, 0xe6, 0x80, 0xf4]); // mov ax, 0x2000; mov ds, ax; mov al, [0]; ...
    const { vm, vcpu, memory } = guest;
    const region = { slot: 1, guestPhysAddr: 0x20000, memorySize: 65536 };
    const before = await resources();
    // A reservation of memory for each, while it is mapped and after that.
    vm.setUserMemoryRegion({ ...region, memory: new WebAssembly.Memory({ initial: 1, maximum: 1 }) });
    expect((await resources()).arenas).toBe(before.arenas + 1);
    expect(guest.run()).toBe(K.KVM_EXIT_IO);
    vm.setUserMemoryRegion({ ...region, memorySize: 0, memory });
    expect((await resources()).arenas).toBe(before.arenas);
    guest.load([0xb8, 0, 0x20, 0x8e, 0xd8, 0xa0, 0, 0, 0xe6, 0x80, 0xf4]);
    expect(guest.run()).toBe(K.KVM_EXIT_MMIO);
    expect(vcpu.kvmRun.mmioPhysAddr).toBe(0x20000);
    // Again, as anybody might.
    expect(() => vm.setUserMemoryRegion({ ...region, memorySize: 0, memory })).toThrow(
      refused('KVM_SET_USER_MEMORY_REGION', 'EINVAL') as Error,
    );
  });

  it('is not passed on to child processes', () => {
    using guest = new RawGuest();
    guest.vcpu.run(0);
    using eventfd = new K.KvmEventFd(ADDON);
    const kept: Disposable[] = [eventfd];
    if (guest.vm.checkExtension(K.KVM_CAP_BINARY_STATS_FD)) kept.push(guest.vm.getStatsFd(), guest.vcpu.getStatsFd());
    if (guest.vm.hasDevice(K.KVM_DEV_TYPE_VFIO)) kept.push(guest.vm.createDevice(K.KVM_DEV_TYPE_VFIO));
    const list = 'ls -l /proc/self/fd | grep -c "kvm\\|eventfd"';
    expect(spawnSync('sh', ['-c', list], { encoding: 'utf8' }).stdout.trim()).toBe('0');
    for (const one of kept) one[Symbol.dispose]();
  });

  it('a vCPU keeps its VM, and an eventfd that is watched keeps itself', async () => {
    let vcpu: K.KvmVcpu | undefined = use().vcpu;
    await resources();
    expect(vcpu.getRegs().rip).toBeGreaterThan(0n);
    vcpu = undefined;
    const called = new Promise<bigint>((resolve) => {
      const eventfd = new K.KvmEventFd(ADDON);
      eventfd.onEvent((count) => {
        eventfd.close();
        resolve(count);
      });
      setTimeout(() => eventfd.write(9n), 150);
    });
    await resources();
    expect(await called).toBe(9n);
  });
});

describe('workers', () => {
  it('get no objects of other threads', () => {
    using guest = new RawGuest();
    for (const object of [guest.vm, guest.vcpu, guest.system]) {
      let copy: unknown;
      try {
        copy = structuredClone(object);
      } catch (error) {
        expect((error as Error).name).toBe('DataCloneError');
        continue;
      }
      expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
      expect(() => guest.vm.checkExtension.call(copy as K.KvmVm, 0)).toThrow(TypeError);
    }
  });

  it('may map the same memory, which stays when one of them ends, and stays in its place when another makes it grow', async (context) => {
    needBuild(context);
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 64, shared: true });
    const bytes = new Uint8Array(memory.buffer);
    bytes.set([0xfe, 0x06, ...word(0x3000), 0xeb, 0xfa], 0x1000); // again: inc byte [0x3000]; jmp again
    using guest = new RawGuest();
    const region = { slot: 1, guestPhysAddr: 0x10000, memorySize: 65536, memory };
    guest.vm.setUserMemoryRegion(region);
    const program = `
      import { parentPort, workerData } from 'node:worker_threads';
      const { KvmSystem } = await import(workerData.ioctls);
      const { addon, memory } = workerData;
      const vm = new KvmSystem({ addon }).createVm();
      vm.setUserMemoryRegion({ slot: 0, guestPhysAddr: 0, memorySize: 65536, memory });
      const vcpu = vm.createVcpu(0);
      const sregs = vcpu.getSregs();
      vcpu.setSregs({ ...sregs, cs: { ...sregs.cs, base: 0n, selector: 0 } });
      vcpu.setRegs({ ...vcpu.getRegs(), rip: 0x1000n });
      memory.grow(8);
      parentPort.postMessage('running');
      const turn = () => { vcpu.run(5e6); setImmediate(turn); };
      turn();
    `;
    const [one, two] = await Promise.all([startWorker(program, { memory }), startWorker(program, { memory })]);
    expect(memory.buffer.byteLength).toBe(17 * 65536);
    const counted = async (): Promise<void> => {
      const before = bytes[0x3000];
      await expect.poll(() => bytes[0x3000]).not.toBe(before);
    };
    await counted();
    await one.terminate();
    await counted();
    // The guest of this thread reads what the other's writes: mov ax, 0x1000; mov ds, ax; mov al, [0x3000]; out 0x80, al
    guest.load([0xb8, 0, 0x10, 0x8e, 0xd8, 0xc6, 0x06, ...word(0x4000), 7, 0xa0, ...word(0x4000), 0xe6, 0x80]);
    expect(guest.run()).toBe(K.KVM_EXIT_IO);
    expect([guest.vcpu.kvmRun.ioData[0], bytes[0x4000]]).toEqual([7, 7]);
    await two.terminate();
    guest.load([0xb8, 0, 0x10, 0x8e, 0xd8, 0xc6, 0x06, ...word(0x4000), 9, 0xf4]);
    expect(guest.run()).toBe(K.KVM_EXIT_HLT);
    expect(bytes[0x4000]).toBe(9);
  });

  it('end with what a callback throws', async (context) => {
    needBuild(context);
    const program = `
      import { parentPort, workerData } from 'node:worker_threads';
      const { KvmEventFd } = await import(workerData.ioctls);
      const eventfd = new KvmEventFd({ addon: workerData.addon });
      eventfd.onEvent(() => { throw new RangeError('from the callback'); });
      parentPort.once('message', () => eventfd.write());
      parentPort.postMessage('running');
    `;
    const worker = await startWorker(program);
    const failed = once(worker, 'error');
    worker.postMessage('go');
    const [error] = await failed;
    expect(error).toMatchObject({ name: 'RangeError', message: 'from the callback' });
  });

  it("that close their own at the same time, and twice, close nobody else's", async (context) => {
    needBuild(context);
    const program = `
      import { parentPort, workerData } from 'node:worker_threads';
      const { KvmEventFd, KvmSystem } = await import(workerData.ioctls);
      const { addon } = workerData;
      parentPort.postMessage('running');
      let wrong = 0;
      for (let i = 0; i < 100; i++) {
        const system = new KvmSystem({ addon });
        const vm = system.createVm();
        const vcpu = vm.createVcpu(0);
        const eventfd = new KvmEventFd({ addon });
        for (const one of [system, vm, vcpu, eventfd]) { one.close(); one.close(); }
        for (const use of [() => system.createVm(), () => vm.createVcpu(1), () => vcpu.getRegs(), () => eventfd.read()]) {
          try { use(); wrong++; } catch (error) { if (error.details?.code !== 'EBADF') wrong++; }
        }
      }
      parentPort.postMessage({ wrong });
    `;
    using guest = new RawGuest([0xe6, 0x80, 0xf4]);
    const workers = await Promise.all([startWorker(program), startWorker(program)]);
    const results = await Promise.all(workers.map((worker) => once(worker, 'message')));
    expect(results).toEqual([[{ wrong: 0 }], [{ wrong: 0 }]]);
    expect(guest.run()).toBe(K.KVM_EXIT_IO);
    expect(guest.run()).toBe(K.KVM_EXIT_HLT);
    await Promise.all(workers.map((worker) => worker.terminate()));
  });

  it('that are terminated while they run and watch leave nothing behind', async (context) => {
    needBuild(context);
    const before = await resources();
    const eventfdsBefore = eventfds();
    const program = `
      import { parentPort, workerData } from 'node:worker_threads';
      const { KvmEventFd, KvmSystem } = await import(workerData.ioctls);
      const { addon } = workerData;
      const vm = new KvmSystem({ addon }).createVm();
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
      vm.setUserMemoryRegion({ slot: 0, guestPhysAddr: 0xffff0000, memorySize: 65536, memory });
      new Uint8Array(memory.buffer).set([0xe6, 0x80, 0xeb, 0xfc], 0xfff0); // out 0x80, al; jmp back
      const eventfd = new KvmEventFd({ addon });
      vm.ioeventfd(eventfd, { addr: 0x80, len: 1, flags: 2 });
      let told = false;
      eventfd.onEvent(() => {
        if (!told) parentPort.postMessage('running');
        told = true;
      });
      const vcpu = vm.createVcpu(0);
      const turn = () => { vcpu.run(5e6); setImmediate(turn); };
      turn();
    `;
    const workers = await Promise.all([0, 1, 2].map(() => startWorker(program)));
    for (const worker of workers) expect(await worker.terminate()).toBe(1);
    const after = await resources();
    expect([after.kvmDescriptors, after.kvmMappings]).toEqual([0, 0]);
    expect(eventfds()).toBeLessThanOrEqual(eventfdsBefore);
    if (exact) expect(after.threads).toBeLessThanOrEqual(before.threads);
  });
});
