import { testDevice } from '@picovm/testkit';
import { test } from 'vitest';
import { vga } from '../index.ts';

testDevice({ test, factory: () => vga({ frameBufferSize: 1 << 20 }) });
