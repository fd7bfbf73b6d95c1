import { expect, test } from 'vitest';
import { deviceNames } from './device-name.ts';

test.each([
  ['timer', 'picovm-device-timer', 'timer', 'timer'],
  ['my-timer', 'picovm-device-my-timer', 'my-timer', 'myTimer'],
  ['picovm-device-my-timer2', 'picovm-device-my-timer2', 'my-timer2', 'myTimer2'],
  ['@me/timer', '@me/picovm-device-timer', 'timer', 'timer'],
  ['@me/picovm-device-timer', '@me/picovm-device-timer', 'timer', 'timer'],
  // Words of the language, and names that the template's code already has.
  ['new', 'picovm-device-new', 'new', 'myNew'],
  ['test', 'picovm-device-test', 'test', 'myTest'],
  ['vm', 'picovm-device-vm', 'vm', 'myVm'],
  ['machine', 'picovm-device-machine', 'machine', 'myMachine'],
  ['program', 'picovm-device-program', 'program', 'myProgram'],
  ['cpu', 'picovm-device-cpu', 'cpu', 'myCpu'],
  ['outcome', 'picovm-device-outcome', 'outcome', 'myOutcome'],
  ['define-device', 'picovm-device-define-device', 'define-device', 'myDefineDevice'],
  // Only in its comments, its strings, or as a member.
  ['queue', 'picovm-device-queue', 'queue', 'queue'],
  ['registers', 'picovm-device-registers', 'registers', 'registers'],
])('%s is the package %s', (given, packageName, type, factory) => {
  const folder = packageName.slice(packageName.indexOf('picovm'));
  expect(deviceNames(given)).toEqual({ packageName, folder, type, factory });
});

test.each(['', 'Timer', 'my timer', '2d', '-x', 'x-', 'a--b', 'a_b', '../x', 'a/b', '@/x', '@Me/x', '@me/', 'ä'])(
  "'%s' is refused",
  (given) => expect(() => deviceNames(given)).toThrow(`'${given}' cannot be the name of a device`),
);

test('a name longer than npm takes is refused', () => {
  expect(() => deviceNames('x'.repeat(201))).toThrow('at most 214 characters');
  expect(deviceNames('x'.repeat(200)).packageName).toHaveLength(214);
});
