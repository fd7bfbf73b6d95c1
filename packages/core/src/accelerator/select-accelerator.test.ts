import { describe, expect, it } from 'vitest';
import { type Accelerator, type Probe, selectAccelerator } from '../index.ts';

function candidate(name: string, probe: Partial<Probe> | Error): Accelerator {
  return {
    name,
    arenaBytes: 0,
    probe: async () => {
      if (probe instanceof Error) throw probe;
      return probe as Probe;
    },
    createVm: () => expect.unreachable(),
  };
}

const missing = candidate('kvm', {
  available: false,
  code: 'no-device',
  reason: 'there is no /dev/kvm',
  hint: 'load it',
});
const slow = candidate('kvm', { available: true, preferred: false, note: 'KVM runs guests in software here' });
const good = candidate('interp', { available: true });

describe('selectAccelerator', () => {
  it('picks the first that can run here', async () => {
    const other = candidate('other', { available: true });
    const selection = await selectAccelerator([good, other]);
    expect(selection.accelerator).toBe(good);
    expect(selection.reason).toBe('interp can run here');
    expect(selection.candidates.map(({ accelerator }) => accelerator)).toEqual([good, other]);
  });

  it('says what it passed over, and why', async () => {
    expect(await selectAccelerator([missing, good])).toMatchObject({
      accelerator: { name: 'interp' },
      reason: 'kvm: there is no /dev/kvm',
    });
    expect(await selectAccelerator([slow, good])).toMatchObject({
      accelerator: { name: 'interp' },
      reason: 'kvm: KVM runs guests in software here',
    });
  });

  it('takes a poor choice where there is no better, and says so', async () => {
    const broken = candidate('interp', { available: false, code: 'x', reason: 'no WebAssembly here' });
    expect(await selectAccelerator([slow, broken])).toMatchObject({
      accelerator: { name: 'kvm' },
      reason: 'interp: no WebAssembly here',
    });
  });

  it('is not stopped by a probe that rejects', async () => {
    const selection = await selectAccelerator([candidate('odd', new Error('broken')), good]);
    expect(selection.accelerator).toBe(good);
    expect(selection.candidates[0].probe).toEqual({
      available: false,
      code: 'probe-failed',
      reason: 'its probe failed: broken',
    });
  });

  it('names every reason and hint if none can run', async () => {
    await expect(selectAccelerator([missing])).rejects.toMatchObject({
      code: 'ERR_NO_ACCELERATOR',
      message: 'no accelerator can run here: kvm: there is no /dev/kvm (load it)',
      details: { candidates: [{ name: 'kvm', code: 'no-device' }] },
    });
    await expect(selectAccelerator([])).rejects.toMatchObject({
      message: 'no accelerator can run here: none was given',
    });
  });
});
