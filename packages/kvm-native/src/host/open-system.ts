import type { NativeAddon, NativeSystem } from '../native/addon.ts';
import { KVM_API_VERSION, KVM_CAP_IMMEDIATE_EXIT, KVM_CAP_USER_MEMORY } from '../native/constants.ts';
import { isIoctlError } from '../native/kvm-error.ts';
import { builtin } from './builtins.ts';
import { loadAddon } from './load-addon.ts';
import type { ResolvedOptions } from './options.ts';
import { Unavailable } from './unavailable.ts';

/**
 * Opens `/dev/kvm`, and checks that it is a KVM that this package can use.
 * @throws Unavailable
 */
export function openSystem(options: ResolvedOptions): NativeSystem {
  const { platform, arch, device } = options;
  if (platform !== 'linux') {
    throw new Unavailable(
      'not-linux',
      `KVM is a part of Linux, and this is ${platform || 'no Node.js'}`,
      'use the interpreter, @picovm/x86-interp, which runs everywhere',
    );
  }
  if (arch !== 'x64') {
    throw new Unavailable(
      'not-x86-64',
      `KVM runs x86 guests on x86-64 hosts only, and this Node is for ${arch}`,
      'use the interpreter, @picovm/x86-interp, which runs everywhere',
    );
  }
  checkDevice(device);
  const system = open(loadAddon(options.addon), device);
  try {
    checkVersion(system, device);
  } catch (error) {
    system.close();
    throw error;
  }
  return system;
}

// Before the addon is looked for, so that a missing device is told also where nobody built the addon.
function checkDevice(device: string): void {
  const { accessSync, constants } = builtin('node:fs');
  try {
    accessSync(device, constants.R_OK | constants.W_OK);
  } catch (error) {
    throw cannotOpen(device, (error as NodeJS.ErrnoException).code ?? 'an error', error);
  }
}

function open(addon: NativeAddon, device: string): NativeSystem {
  try {
    return new addon.KvmSystem(device);
  } catch (error) {
    throw isIoctlError(error) ? cannotOpen(device, error.code, error) : error;
  }
}

function checkVersion(system: NativeSystem, device: string): void {
  let version: number;
  try {
    version = system.getApiVersion();
  } catch (error) {
    throw new Unavailable(
      'api-version',
      `${device} does not answer as KVM does`,
      `see what ${device} is: on a host with KVM it is a character device, major 10, minor 232`,
      error,
    );
  }
  if (version !== KVM_API_VERSION) {
    throw new Unavailable(
      'api-version',
      `this KVM speaks version ${version} of its API, and only version ${KVM_API_VERSION} is known`,
      'use a Linux kernel whose KVM speaks that version: every kernel since 2.6.22 does',
    );
  }
  if (system.checkExtension(KVM_CAP_USER_MEMORY) === 0 || system.checkExtension(KVM_CAP_IMMEDIATE_EXIT) === 0) {
    throw new Unavailable(
      'api-version',
      'this KVM lacks KVM_CAP_USER_MEMORY or KVM_CAP_IMMEDIATE_EXIT',
      'use Linux 4.12 or newer',
    );
  }
}

function cannotOpen(device: string, code: string, cause: unknown): Unavailable {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return new Unavailable(
        'no-permission',
        `${device} may not be opened (${code})`,
        'join the group that owns it, mostly `sudo usermod -aG kvm $USER` and a new login; in a container, pass the ' +
          'device in with `--device /dev/kvm`',
        cause,
      );
    case 'EBUSY':
      return new Unavailable('busy', `${device} is in use by another hypervisor`, 'stop the other hypervisor', cause);
    case 'EMFILE':
    case 'ENFILE':
      return new Unavailable(
        'no-resources',
        `${device} cannot be opened: there are too many open files (${code})`,
        'dispose VMs that are no longer used, or raise the limit (`ulimit -n`)',
        cause,
      );
    default:
      return new Unavailable(
        'no-device',
        code === 'ENOENT' ? `there is no ${device}` : `nothing useful is behind ${device} (${code})`,
        'load the module (`sudo modprobe kvm_intel` or `kvm_amd`); if that fails, turn virtualization on in the ' +
          "firmware's set-up, or nested virtualization if this host is a VM itself",
        cause,
      );
  }
}
