import { type ExitSink, isVmError } from '@picovm/core';
import type { KvmVcpu } from '../ioctls/kvm-vcpu.ts';
import type { KvmVm } from '../ioctls/kvm-vm.ts';
import { KVM_CAP_COALESCED_MMIO, KVM_CAP_COALESCED_PIO } from '../native/constants.ts';
import { COALESCED_MMIO, COALESCED_PLACES } from '../structures/coalesced.ts';
import { pushMmioWrite, pushPortWrite } from '../vcpu/push-write.ts';

/** The size of a zone has 32 bits. */
const MAX_ZONE = 2 ** 32 - 1;

// Where the fields of `struct kvm_coalesced_mmio` are, in words of 32 bits.
const WORDS = COALESCED_MMIO.size / 4;
const ADDRESS_HIGH = 1;
const LENGTH = 2;
const IS_PORT = 3;
const DATA = 4;
const DATA_HIGH = 5;

/**
 * Writes of the guests that wait in the kernel (api.rst 4.116), and come into the sink in their order. Only the thread of the
 * VM takes from the ring, also while vCPUs in other threads put something in.
 */
export class CoalescedWrites {
  readonly #vm: KvmVm;
  /** Those that are open: each of them shows the ring, which is the VM's. */
  readonly #vcpus: KvmVcpu[] = [];
  #sink: ExitSink | undefined;
  /** There was a zone. */
  #used = false;
  #closed = false;
  #delivering = false;
  /** Room for what one time left, and a whole ring. */
  readonly #words = new Uint32Array(2 * COALESCED_PLACES * WORDS);
  readonly #quads = new BigUint64Array(this.#words.buffer);
  readonly #bytes = new Uint8Array(this.#words.buffer);
  /** What was taken from the ring: the number of writes, and of those that came into the sink. */
  #taken = 0;
  #pushed = 0;

  constructor(vm: KvmVm) {
    this.#vm = vm;
  }

  /** Whether there may be writes in the ring. */
  get used(): boolean {
    return this.#used;
  }

  /** Whether writes were taken from the ring that did not come into the sink yet. */
  get pending(): boolean {
    return this.#pushed < this.#taken;
  }

  /** A vCPU of the VM, and where writes go. */
  join(vcpu: KvmVcpu, sink: ExitSink): void {
    this.#vcpus.push(vcpu);
    this.#sink ??= sink;
  }

  /** A vCPU is about to be closed, and not in its guest. Without the last one nobody can look into the ring any more. */
  leave(vcpu: KvmVcpu): void {
    const at = this.#vcpus.indexOf(vcpu);
    if (at < 0) return;
    if (this.#vcpus.length === 1) this.#takeMore();
    this.#vcpus.splice(at, 1);
  }

  /** Lets writes to a range wait until the result is disposed; without effect where the kernel cannot, or will no more. */
  add(space: 'port' | 'mmio', base: number, size: number): Disposable {
    const pio = space === 'port' ? 1 : 0;
    const zone = { addr: base, size, pio };
    const registered = size <= MAX_ZONE && this.#supports(pio) && attempt(() => this.#vm.registerCoalescedMmio(zone));
    if (registered) this.#used = true;
    let here = registered;
    return {
      [Symbol.dispose]: () => {
        if (!here) return;
        here = false;
        if (!this.#closed) this.#vm.unregisterCoalescedMmio(zone);
      },
    };
  }

  /** Pushes all that waits by now into the sink. Not while it does so already. @throws VmError `ERR_KVM` */
  deliver(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    try {
      this.#push();
      // Once is enough: it takes the whole ring, and guests that go on writing shall not keep this thread.
      if (this.take()) this.#push();
    } finally {
      this.#delivering = false;
    }
  }

  /** Takes what waits by now, if nothing is left of the last time. @returns whether there is something to push */
  take(): boolean {
    if (!this.pending && this.#used) this.#takeMore();
    return this.pending;
  }

  /** Drops what waits. */
  forget(): void {
    this.#pushed = this.#taken;
    if (this.take()) this.#pushed = this.#taken;
  }

  /** The VM is no more. */
  close(): void {
    this.#closed = true;
  }

  // Behind what is left of the last time.
  #takeMore(): void {
    const vcpu = this.#vcpus.at(0);
    if (vcpu === undefined || !this.#used) return;
    const left = this.#taken - this.#pushed;
    if (left > 0) this.#words.copyWithin(0, this.#pushed * WORDS, this.#taken * WORDS);
    this.#pushed = 0;
    this.#taken = left;
    this.#taken += vcpu.takeCoalesced(left === 0 ? this.#bytes : this.#bytes.subarray(left * COALESCED_MMIO.size));
  }

  // The positions are kept outside, because what the sink calls may close the last vCPU, or throw.
  #push(): void {
    const sink = this.#sink as ExitSink;
    const words = this.#words;
    while (this.#pushed < this.#taken) {
      const at = this.#pushed++ * WORDS;
      const high = words[at + ADDRESS_HIGH];
      const address = high === 0 ? words[at] : high * 2 ** 32 + words[at];
      const length = words[at + LENGTH];
      if (words[at + IS_PORT] === 1) pushPortWrite(sink, address, length, words[at + DATA]);
      else if (length === 8) sink.mmioWrite64(address, this.#quads[(at + DATA) / 2]);
      else pushMmioWrite(sink, address, length, words[at + DATA], words[at + DATA_HIGH]);
    }
  }

  #supports(pio: number): boolean {
    if (this.#vm.checkExtensionInt(KVM_CAP_COALESCED_MMIO) === 0) return false;
    return pio === 0 || this.#vm.checkExtensionInt(KVM_CAP_COALESCED_PIO) > 0;
  }
}

// ENOSPC when the kernel's table is full. Whatever it is, the guest can go on with exits.
function attempt(register: () => void): boolean {
  try {
    register();
    return true;
  } catch (error) {
    if (isVmError(error) && error.code === 'ERR_KVM') return false;
    throw error;
  }
}
