import { checkNames, showValue, VmError } from '@picovm/core';
import { invalid } from '../structures/layout.ts';

/** What `kvm()` takes. */
export interface KvmOptions {
  /** The device to open. Default `/dev/kvm`. */
  readonly device?: string;
  /** Path of the addon, for programs that are bundled into one file. Default: the one in this package. */
  readonly addon?: string;
  /**
   * Where interrupt controllers are. `'none'`: only where a device is one, such as an 8259A pair; a VM has one vCPU, which
   * runs in the thread of the VM. `'kernel'`: KVM has two PICs, an I/O APIC and a local APIC for each vCPU; vCPUs may be
   * several, each with a thread of its own, and wait in HLT inside the kernel. Default `'none'`.
   */
  readonly irqchip?: KvmIrqchipOption;
  /** What to take for the machine that this runs on, for tests of what `probe` says. Default: the machine itself. */
  readonly host?: Partial<KvmHost>;
}

/** Where interrupt controllers are. */
export type KvmIrqchipOption = 'none' | 'kernel';

/** The names of the options, and of those of the host: a name more or less does not compile. */
const OPTIONS: Record<keyof KvmOptions, true> = { device: true, addon: true, irqchip: true, host: true };
const HOST: Record<keyof KvmHost, true> = { platform: true, arch: true, cpuinfo: true };

/** The machine, as far as the probe looks at it. */
export interface KvmHost {
  /** As `process.platform` gives it: `linux`. The empty string where there is no `process`. */
  readonly platform: string;
  /** As `process.arch` gives it: `x64`. */
  readonly arch: string;
  /** Path of the file with the CPU's flags: `/proc/cpuinfo`. */
  readonly cpuinfo: string;
}

/** The options with nothing left open. */
export interface ResolvedOptions extends KvmHost {
  readonly device: string;
  readonly addon: string | undefined;
  readonly irqchip: KvmIrqchipOption;
}

/**
 * Fills in the defaults. Works where there is no `process`.
 * @param taker who takes them, for errors
 * @throws VmError `ERR_INVALID_ARGUMENT` if there is no such option, one has the wrong type, or `irqchip` is none of its values
 */
export function resolveOptions(options: KvmOptions, taker: string = 'kvm()'): ResolvedOptions {
  checkNames(taker, options, Object.keys(OPTIONS));
  const { device = '/dev/kvm', addon, irqchip = 'none', host = {} } = options;
  checkText('device', device);
  checkText('addon', addon, true);
  checkNames(`host of ${taker}`, host, Object.keys(HOST), 'key');
  if (irqchip !== 'none' && irqchip !== 'kernel') {
    throw new VmError('ERR_INVALID_ARGUMENT', `irqchip is 'none' or 'kernel', not ${showValue(irqchip)}`, { irqchip });
  }
  const { process } = globalThis as { process?: { platform?: string; arch?: string } };
  const { platform = process?.platform ?? '', arch = process?.arch ?? '', cpuinfo = '/proc/cpuinfo' } = host;
  // A browser has no name for either.
  if (typeof platform !== 'string' || typeof arch !== 'string') throw invalid('host', 'made of strings', host);
  checkText('host.cpuinfo', cpuinfo);
  return { device, addon, irqchip, platform, arch, cpuinfo };
}

/** @throws VmError `ERR_INVALID_ARGUMENT` if it is no string, or an empty one */
export function checkText(name: string, value: unknown, isOptional = false): void {
  if (isOptional && value === undefined) return;
  if (typeof value !== 'string' || value === '') throw invalid(name, 'a path', value);
}
