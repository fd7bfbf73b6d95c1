import { testDevice } from '@picovm/testkit';
import { test } from 'vitest';
import { vgaText } from './index.ts';

testDevice({ test, factory: vgaText });
