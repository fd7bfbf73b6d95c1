import { test } from 'vitest';
import { judgeAll } from './hardware.test-util.ts';

test('each form does what the processor of this machine does, 2,400 cases a form', {
  timeout: 3_600_000,
}, (context) => {
  for (let seed = 2; seed <= 4; seed++) judgeAll(context, 800, seed);
});

test('each form of the x87 does so in 8,000 cases more', { timeout: 3_600_000 }, (context) => {
  for (let seed = 5; seed <= 12; seed++) judgeAll(context, 1000, seed, 'x87');
});
