import { builtin } from './builtins.ts';

/** The C library of this process; undefined if it is another one, or none. */
export type Libc = 'glibc' | 'musl' | undefined;

/** What `process.report` says of the process, as far as this package looks at it. */
interface ReportHeader {
  readonly header?: { readonly glibcVersionRuntime?: string };
  readonly sharedObjects?: readonly string[];
}

// Not what the system has, but what this process runs on: systems may have both. Each library under the names that it has, or
// that its dynamic linker has. musl's is the same file, and each system makes another one of the names a symbolic link; a
// libc.so of glibc is text for the compiler, which is never mapped.
const MUSL = /\/(?:ld-musl-[^/\n]*|libc\.musl-[^/\n]*|libc\.so)$/m;
const GLIBC = /\/(?:libc\.so\.6|libc-2\.[^/\n]*\.so|ld-linux-x86-64\.so\.2)$/m;

/** Which C library this process runs on. Takes about as long as reading a small file. Never throws. */
export function libcOf(mappings = '/proc/self/maps'): Libc {
  try {
    return named(builtin('node:fs').readFileSync(mappings, 'utf8'));
  } catch {
    // No /proc.
    const report = reportOfProcess();
    if (report?.header?.glibcVersionRuntime !== undefined) return 'glibc';
    return named(report?.sharedObjects?.join('\n') ?? '');
  }
}

/** The version of glibc that this process runs on; undefined if that is unknown, or not glibc. Never throws. */
export function glibcVersion(): string | undefined {
  return reportOfProcess()?.header?.glibcVersionRuntime;
}

function named(files: string): Libc {
  if (MUSL.test(files)) return 'musl';
  return GLIBC.test(files) ? 'glibc' : undefined;
}

function reportOfProcess(): ReportHeader | undefined {
  try {
    const { report } = process as { report?: { excludeNetwork?: boolean; getReport(): object } };
    if (report === undefined) return undefined;
    // Else it asks for the names of all peers, which may take seconds.
    const { excludeNetwork } = report;
    report.excludeNetwork = true;
    try {
      return report.getReport() as ReportHeader;
    } finally {
      report.excludeNetwork = excludeNetwork;
    }
  } catch {
    return undefined;
  }
}
