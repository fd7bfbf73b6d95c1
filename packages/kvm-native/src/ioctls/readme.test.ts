import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { KvmDevice, KvmSystem, KvmVcpu, KvmVm } from '../ioctls.ts';
import { SURFACE } from '../native/surface.test-util.ts';

it("the README's table of ioctls is what the sources say", () => {
  const script = fileURLToPath(new URL('../../scripts/ioctl-table.mjs', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

it('the classes have a method for everything that the addon has', () => {
  const renamed: Record<string, string> = { takeCoalesced: 'takeCoalescedMmio', takeDirty: 'takeDirtyGfns' };
  for (const [kind, Class] of Object.entries({ system: KvmSystem, vm: KvmVm, vcpu: KvmVcpu, device: KvmDevice })) {
    const missing = Object.keys(SURFACE[kind as keyof typeof SURFACE]).filter(
      (name) => typeof (Class.prototype as unknown as Record<string, unknown>)[renamed[name] ?? name] !== 'function',
    );
    expect(missing, kind).toEqual([]);
  }
});
