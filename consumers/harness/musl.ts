import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { readLibrary } from '../../packages/kvm-native/scripts/native/elf.mjs';
import type { Project } from './project.ts';

/** musl: its C library, which is its dynamic linker, too. */
export const MUSL = '/lib/ld-musl-x86_64.so.1';

/** A JavaScript runtime with Node-API that runs on musl. It is no Node: npm's registry has none for musl. */
export const BUN: Readonly<Record<string, string>> = { '@oven/bun-linux-x64-musl': '1.4.5' };

const COMPILER = process.env.CXX ?? 'c++';
const PORTABLE = new URL('../../packages/kvm-native/native/portable.cc', import.meta.url).pathname;
const RUNTIME = 'libstdc++.so.6';

/** Why nothing can be run on musl here; the empty string if it can. */
export function muslTrouble(): string {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'no Linux on x86-64';
  if (!existsSync(MUSL)) return `there is no musl here (Debian and Ubuntu: apt-get install musl)`;
  const compiler = spawnSync(COMPILER, ['--version'], { stdio: 'ignore' });
  return compiler.status === 0 ? '' : `there is no C++ compiler to link a C++ runtime for musl (${COMPILER})`;
}

/**
 * Makes Bun, installed in a project, run where musl has no C++ runtime: links one of the compiler's, as the addon is linked.
 * @returns a function that runs a program on it, or why there is none
 */
export async function bunOnMusl(project: Project): Promise<((...args: string[]) => Promise<string>) | string> {
  const bun = `${project.dir}/node_modules/@oven/bun-linux-x64-musl/bin/bun`;
  const lib = `${project.dir}/musl`;
  await mkdir(lib);
  const wanted = readLibrary(bun).undefinedSymbols.map(({ name }) => name);
  const ofCxx = wanted.filter(
    (name) => /^_Z|^__(?:cxa|once|dynamic_cast|gxx)/.test(name) && !name.endsWith('finalize'),
  );
  // The classes of the types that are compared, which no function asks for; and what random numbers are made of in glibc.
  const more = ['17__class_type_infoE', '20__si_class_type_infoE', '21__vmi_class_type_infoE'].map(
    (name) => `_ZTVN10__cxxabiv1${name}`,
  );
  const source = `#define KVM_NATIVE_PORTABLE 1
    #include "${PORTABLE}"
    #include <sys/random.h>
    extern "C" unsigned arc4random() noexcept { unsigned value = 0; return getrandom(&value, 4, 0) == 4 ? value : 0; }`;
  await writeFile(`${lib}/runtime.cc`, source);
  const args = ['-std=c++17', '-fPIC', '-shared', '-U_FORTIFY_SOURCE', '-fno-stack-protector', '-nodefaultlibs'];
  const symbols = [...ofCxx, ...more].filter((name) => !name.endsWith('atexit_impl')).map((name) => `-Wl,-u,${name}`);
  const libraries = ['-Wl,-Bstatic', '-lstdc++', '-lgcc', '-lgcc_eh', '-Wl,-Bdynamic', `-Wl,-soname,${RUNTIME}`];
  const compile = [...args, ...symbols, `${lib}/runtime.cc`, ...libraries, '-o', `${lib}/${RUNTIME}`];
  const compiled = await project.run(COMPILER, compile);
  if (compiled.status !== 0) return `${COMPILER} links no C++ runtime for musl: ${compiled.stderr.slice(0, 500)}`;

  const env = { LD_LIBRARY_PATH: lib };
  const { status, stderr } = await project.run(bun, ['--version'], { env });
  if (status !== 0) return `Bun does not start on musl with this compiler's C++ runtime: ${stderr.slice(0, 500)}`;
  return (...args) => project.must(bun, args, { env });
}
