import type { KvmOptions } from './index.ts';

/** The addon that the tests use: another one if PICOVM_TEST_ADDON names it (src/native/sanitizers.test.ts). */
export const ADDON: KvmOptions = { addon: process.env.PICOVM_TEST_ADDON };
