import { test } from 'node:test';
import { testDevice } from '@picovm/testkit';

// A plain object with no manifest and nothing but an answer; and one whose answer is none.
function answering(answer) {
  return () => ({
    id: 'plain',
    type: 'plain',
    attach: (context) => context.claimPorts({ base: 7, length: 1 }, { read: () => answer, write: () => {} }),
  });
}

const supports = { reset: false, snapshot: false };
testDevice({ test, name: 'seven', factory: answering(7), supports });
testDevice({ test, name: 'NaN', factory: answering(Number.NaN), supports });
