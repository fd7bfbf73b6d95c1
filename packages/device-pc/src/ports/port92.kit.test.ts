import { testDevice } from '@picovm/testkit';
import { test } from 'vitest';
import { port92 } from './port92.ts';

testDevice({ test, factory: port92, backend: (fn) => ({ a20: { set: fn, pulse: fn } }) });
