import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What a process holds. */
export interface Resources {
  readonly descriptors: number;
  /** Descriptors of KVM alone: other parts of the test runner open and close files. */
  readonly kvmDescriptors: number;
  /** Reservations of arenas: 4 GiB and more, because that is what a 32-bit address can reach. */
  readonly arenas: number;
  /** Mappings of kvm_run pages. */
  readonly kvmMappings: number;
  readonly threads: number;
  /** Bytes. */
  readonly rss: number;
}

/** Collects garbage, lets finalizers run, and counts. */
export async function resources(): Promise<Resources> {
  for (let i = 0; i < 5; i++) {
    collect();
    // The sweeper has a thread of its own, and gives memory back a little later.
    await setTimeout(20);
  }
  const links = readlinks();
  const maps = readFileSync('/proc/self/maps', 'utf8').trimEnd().split('\n');
  return {
    descriptors: links.length,
    kvmDescriptors: links.filter((link) => /^anon_inode:\[?kvm|^\/dev\/kvm$/.test(link)).length,
    arenas: maps.filter((line) => sizeOf(line) >= 2 ** 32).length,
    kvmMappings: maps.filter((line) => line.includes('kvm-vcpu')).length,
    threads: readdirSync('/proc/self/task').length,
    rss: process.memoryUsage.rss(),
  };
}

// A line begins with the range: `7f0000000000-7f0280000000 ---p ...`.
function sizeOf(line: string): number {
  const [from, to] = line
    .split(' ', 1)[0]
    .split('-')
    .map((address) => Number.parseInt(address, 16));
  return to - from;
}

function readlinks(): string[] {
  const { readlinkSync } = process.getBuiltinModule('node:fs');
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return [];
    }
  });
}
