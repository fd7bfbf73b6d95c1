import { testDevice } from '@picovm/testkit';
import { test } from 'vitest';
import { bios } from './index.ts';

testDevice({ test, factory: bios });
