import { enterRealMode } from '@picovm/core/x86';
import { describe, expect, it } from 'vitest';
import { victim } from './hostile.test-util.ts';
import { fuzzAccesses, fuzzCode, LONGEST_OVERRUN } from './hostile-runs.test-util.ts';

// The long runs are in hostile.long.ts.
describe('a hostile guest', () => {
  it.each([
    [1, false],
    [2, true],
  ])(
    'makes random accesses to everything there is: seed %i, firmware %s',
    { timeout: 120_000 },
    async (seed, firmware) => {
      await fuzzAccesses(seed, firmware, 40_000);
    },
  );

  it.each([
    [3, false],
    [4, true],
  ])('runs random code: seed %i, firmware %s', { timeout: 120_000 }, async (seed, firmware) => {
    await fuzzCode(seed, firmware, 60);
  });

  it.each([
    ['outsb', 0xe4, [0xf3, 0x6e, 0xeb, 0xf1]],
    ['outsw', 0xe3, [0xf3, 0x6f, 0xeb, 0xf1]],
    ['outsd', 0xe4, [0x66, 0xf3, 0x6f, 0xeb, 0xf0]],
  ])(
    'calls the BIOS thousands of times with one instruction, and the run ends in time: rep %s',
    async (_, port, repeat) => {
      // mov sp, 3000h; push 0 (POST); mov cx, FFFFh; mov dx, port; rep outs; jmp to the beginning
      const code = [0xbc, 0x00, 0x30, 0x6a, 0x00, 0xb9, 0xff, 0xff, 0xba, port, 0x00, ...repeat];
      const { vm } = victim(false).pc;
      vm.memory.write(0x4000, Uint8Array.from(code));
      enterRealMode(vm.vcpu, { segment: 0, offset: 0x4000 });
      const start = performance.now();
      expect((await vm.run({ timeoutMs: 100 })).outcome).toBe('timeout');
      // A call takes a few milliseconds on a slow host: thousands took many seconds.
      expect(performance.now() - start).toBeLessThan(LONGEST_OVERRUN);
      vm.dispose();
    },
  );
});
