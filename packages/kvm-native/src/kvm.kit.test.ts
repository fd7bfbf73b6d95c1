import { testAccelerator } from '@picovm/testkit';
import { test } from 'vitest';
import { kvm } from './index.ts';

testAccelerator({ test, accelerator: kvm() });
