import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Arena, GuestMemory } from '@picovm/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hardware, needKvm } from './guest.test-util.ts';
import { type KvmOptions, kvm } from './index.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'picovm-kvm-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

/** An addon whose KVM does what the members say. A file, because that is what `addon` names. */
function addon(name: string, members: string): string {
  return file(
    `${name}.cjs`,
    `const fail = (code, syscall) => { throw Object.assign(new Error(code), { code, errno: 1, syscall }); };
     class Base {
       getApiVersion() { return 12; }
       checkExtension() { return 1; }
       createVm() { return { close() {} }; }
       close() { Base.closed = true; }
     }
     exports.KvmSystem = class extends Base { ${members} };`,
  );
}

const linux = { platform: 'linux', arch: 'x64' };

/** All ways in which KVM cannot be there: options, the code, and what the reason and the hint name. */
const cases: [string, () => KvmOptions, string, RegExp, RegExp?][] = [
  ['another system', () => ({ host: { platform: 'darwin', arch: 'arm64' } }), 'not-linux', /darwin/, /x86-interp/],
  ['a browser', () => ({ host: { platform: '' } }), 'not-linux', /no Node/, /x86-interp/],
  ['another CPU', () => ({ host: { platform: 'linux', arch: 'arm64' } }), 'not-x86-64', /arm64/, /x86-interp/],
  ['no device', () => ({ host: linux, device: '/nowhere/kvm' }), 'no-device', /there is no \/nowhere\/kvm/, /modprobe/],
  [
    'nothing behind the device',
    () => ({
      host: linux,
      device: '/dev/null',
      addon: addon('enxio', `constructor() { fail('ENXIO', 'open'); }`),
    }),
    'no-device',
    /ENXIO/,
    /modprobe/,
  ],
  [
    'no permission',
    () => ({
      host: linux,
      device: '/dev/null',
      addon: addon('eacces', `constructor() { super(); fail('EACCES', 'open'); }`),
    }),
    'no-permission',
    /EACCES/,
    /group/,
  ],
  [
    'no addon',
    () => ({ host: linux, device: '/dev/null', addon: '/nowhere/a.node' }),
    'addon-not-built',
    /nowhere/,
    /picovm-build-kvm/,
  ],
  [
    'an addon that does not load',
    () => ({ host: linux, device: '/dev/null', addon: file('bad.node', 'no ELF') }),
    'addon-not-built',
    /is damaged: it is no program of Linux/,
    /install .* again/,
  ],
  [
    'an addon of another version',
    () => ({ host: linux, device: '/dev/null', addon: file('empty.cjs', '') }),
    'addon-not-built',
    /not the addon of this version/,
  ],
  [
    'another API version',
    () => ({ host: linux, device: '/dev/null', addon: addon('version', 'getApiVersion() { return 11; }') }),
    'api-version',
    /version 11/,
  ],
  [
    'a KVM that is too old',
    () => ({ host: linux, device: '/dev/null', addon: addon('old', 'checkExtension() { return 0; }') }),
    'api-version',
    /IMMEDIATE_EXIT/,
    /4\.12/,
  ],
  [
    'another hypervisor',
    () => ({
      host: linux,
      device: '/dev/null',
      addon: addon('busy', `createVm() { fail('EBUSY', 'KVM_CREATE_VM'); }`),
    }),
    'busy',
    /another hypervisor/,
    /VirtualBox/,
  ],
  [
    'no memory',
    () => ({
      host: linux,
      device: '/dev/null',
      addon: addon('nomem', `createVm() { fail('ENOMEM', 'KVM_CREATE_VM'); }`),
    }),
    'no-resources',
    /ENOMEM/,
  ],
  [
    'anything else',
    () => ({ host: linux, device: '/dev/null', addon: addon('other', `createVm() { throw new Error('odd'); }`) }),
    'error',
    /odd/,
  ],
];

describe.skipIf(process.platform !== 'linux')('probe', () => {
  it.each(cases)('tells of %s', async (_name, options, code, reason, hint) => {
    const accelerator = kvm(options());
    const probe = await accelerator.probe();
    expect(probe).toMatchObject({ available: false, code });
    if (probe.available) return;
    expect(probe.reason).toMatch(reason);
    if (hint !== undefined) expect(probe.hint).toMatch(hint);
  });

  it('and createVm say the same', () => {
    const arena = new Arena(65536);
    const memory = new GuestMemory(arena, []);
    expect(() => kvm({ host: linux, device: '/nowhere' }).createVm({ arena, memory })).toThrow(
      expect.objectContaining({
        code: 'ERR_ACCELERATOR_UNAVAILABLE',
        details: expect.objectContaining({ accelerator: 'kvm', code: 'no-device' }),
      }),
    );
  });

  it('tells a real device that is not KVM', async (context) => {
    needKvm(context);
    expect(await kvm({ device: '/dev/null' }).probe()).toMatchObject({ available: false, code: 'api-version' });
  });

  it('prefers another accelerator where KVM runs guests in software', async (context) => {
    needKvm(context);
    const cpuinfo = (flags: string) => file(`cpuinfo-${flags}`, `processor : 0\nflags\t\t: fpu ${flags} sse\n\n`);
    const software = await kvm({ host: { cpuinfo: cpuinfo('svmx') } }).probe();
    expect(software).toMatchObject({ available: true, preferred: false, supports: { hardware: false } });
    // On a host that has VT-x or SVM it finds nothing that is not there.
    expect(software.available && software.note).toMatch(/VT-x/);
    const lacks = hardware ? [] : expect.arrayContaining(['x87', 'SSE', 'paging outside of long mode']);
    expect(software).toMatchObject({ lacks });
    for (const flag of ['vmx', 'svm']) {
      const real = await kvm({ host: { cpuinfo: cpuinfo(flag) } }).probe();
      expect(real).toMatchObject({ available: true, supports: { hardware: true } });
      expect(real).not.toHaveProperty('note');
      expect(real).not.toHaveProperty('preferred');
    }
  });
});

describe('importing', () => {
  it('and asking works where there is no Node', async () => {
    const { process } = globalThis;
    try {
      Reflect.deleteProperty(globalThis, 'process');
      const probe = await kvm().probe();
      expect(probe).toMatchObject({ available: false, code: 'not-linux' });
    } finally {
      globalThis.process = process;
    }
  });
});
