import { type BootPlan, boot } from '@picovm/boot';
import { type Device, type DeviceContext, type DeviceState, StateReader, type Vm, VmError } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';

const BLOCK = 512;
/** Where the machine places it: above a video BIOS. */
export const BOOT_ROM_ADDRESS = 0xd0000;
/** The port by which the ROM calls the host. */
const PORT = 0xeb;
const VERSION = 1;

// 55 AA, one block of 512 bytes; init, which points INT 19h here and returns far; the handler, which calls the host.
const CODE = [
  ...[0x55, 0xaa, 0x01],
  ...[0x1e, 0x50, 0x31, 0xc0, 0x8e, 0xd8], // push ds; push ax; xor ax, ax; mov ds, ax
  ...[0xc7, 0x06, 0x64, 0x00, 0x17, 0x00, 0x8c, 0x0e, 0x66, 0x00], // mov word [4 * 19h], 17h; mov [4 * 19h + 2], cs
  ...[0x58, 0x1f, 0x90, 0xcb], // pop ax; pop ds; nop; retf
  ...[0xfa, 0xe6, PORT, 0xf4, 0xeb, 0xfa], // 17h: cli; out PORT, al; hlt; jmp 17h
];

/**
 * An option ROM that boots in the place of a drive: when the BIOS has set up the machine and calls INT 19h, the host puts an
 * image into memory, and its registers into the vCPU. So a real-mode image meets the BIOS services that it needs.
 */
export class BootRom implements Device {
  readonly id = 'boot-rom';
  readonly type = 'boot-rom';
  readonly bytes: Uint8Array;
  readonly #plan: BootPlan;
  #called = false;

  /** @param plan what is put into the machine */
  constructor(plan: BootPlan) {
    this.#plan = plan;
    this.bytes = new Uint8Array(BLOCK);
    this.bytes.set(CODE);
    // The bytes of an option ROM add up to 0.
    this.bytes[BLOCK - 1] = -CODE.reduce((sum, byte) => sum + byte, 0) & 0xff;
  }

  attach({ claimPorts }: DeviceContext): void {
    const write = (): void => {
      this.#called = true;
    };
    claimPorts({ base: PORT, length: 1, width: { max: 1 }, label: 'boot ROM' }, { read: () => 0xff, write });
  }

  /**
   * Says where the image is to be started: at the HLT behind the call, as a vCPU cannot be put elsewhere in the middle of an
   * instruction.
   * @throws VmError `ERR_INVALID_ARGUMENT` if the image does not fit
   */
  connect(vm: Vm<X86Vcpu>): void {
    for (const { name, address, bytes, size = bytes.length } of this.#plan.segments) {
      if (vm.memory.contiguous(address) >= size) continue;
      const advice = 'make the plan for pcMemory() of the same size';
      throw new VmError('ERR_INVALID_ARGUMENT', `pc(): the machine has no memory for the ${name}: ${advice}`);
    }
    vm.on('halt', () => {
      if (!this.#called) return undefined;
      this.#called = false;
      boot(vm, this.#plan);
      return 'resume';
    });
  }

  reset(): void {
    this.#called = false;
  }

  snapshot(): DeviceState {
    return { version: VERSION, called: this.#called };
  }

  restore(state: DeviceState): void {
    this.#called = new StateReader(this.id, state, VERSION).boolean('called');
  }
}
