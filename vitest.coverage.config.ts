import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import base from './vitest.config.ts';

// The tests of the interpreter, with notes of which instructions each file executes, and a report of them at the end
// (`npm run coverage`). Random guests tell nothing about that: they execute everything.
const folder = fileURLToPath(new URL('./packages/x86-interp/src/encodings/', import.meta.url));
const projects = (base.test?.projects ?? []) as TestProjectInlineConfiguration[];

export default defineConfig({
  ...base,
  test: {
    ...base.test,
    projects: projects
      .filter(({ test }) => test?.name === 'x86-interp')
      .map((project) => ({
        ...project,
        test: {
          ...project.test,
          setupFiles: `${folder}record-forms.test-util.ts`,
          globalSetup: [base.test?.globalSetup as string, `${folder}print-report.test-util.ts`],
          exclude: ['**/node_modules/**', '**/dist/**', '**/fuzz/**', '**/iced/**', '**/encodings/**'],
          testTimeout: 120_000,
        },
      })),
  },
});
