import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

// The tests that take minutes (`npm run test:long`): the same projects, but the files named *.long.ts.
export default defineConfig({
  ...base,
  test: { ...base.test, include: ['**/*.long.ts'], testTimeout: 600_000, hookTimeout: 600_000 },
});
