import { testDevice } from '@picovm/testkit';
import { test } from 'vitest';
import { debugConsole } from './index.ts';

testDevice({ test, factory: debugConsole });
