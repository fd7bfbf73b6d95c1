/** What `kvm()` takes. */
export interface KvmOptions {
  /** The device to open. Default `/dev/kvm`. */
  readonly device?: string;
  /** Path of the addon, for programs that are bundled into one file. Default: the one in this package. */
  readonly addon?: string;
  /** What to take for the machine that this runs on, for tests of what `probe` says. Default: the machine itself. */
  readonly host?: Partial<KvmHost>;
}

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
}

/** Fills in the defaults. Works where there is no `process`. */
export function resolveOptions({ device = '/dev/kvm', addon, host = {} }: KvmOptions): ResolvedOptions {
  const { process } = globalThis as { process?: { platform?: string; arch?: string } };
  const { platform = process?.platform ?? '', arch = process?.arch ?? '', cpuinfo = '/proc/cpuinfo' } = host;
  return { device, addon, platform, arch, cpuinfo };
}
