import { readdirSync, readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What a process holds. */
export interface Resources {
  readonly descriptors: number;
  /** Descriptors of KVM alone: other parts of the test runner open and close files. */
  readonly kvmDescriptors: number;
  readonly mappings: number;
  /** Mappings of kvm_run pages. */
  readonly kvmMappings: number;
  readonly threads: number;
  /** Bytes. */
  readonly rss: number;
}

/** Collects garbage, lets finalizers run, and counts. */
export async function resources(): Promise<Resources> {
  for (let i = 0; i < 4; i++) {
    collect();
    await setImmediate();
  }
  const links = readlinks();
  const maps = readFileSync('/proc/self/maps', 'utf8').trimEnd().split('\n');
  return {
    descriptors: links.length,
    kvmDescriptors: links.filter((link) => /kvm/.test(link)).length,
    mappings: maps.length,
    kvmMappings: maps.filter((line) => line.includes('kvm-vcpu')).length,
    threads: readdirSync('/proc/self/task').length,
    rss: process.memoryUsage.rss(),
  };
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
