// The module of a worker that a user made.
import { serveMachine } from '../index.ts';
import machine from './machine.test-util.ts';

serveMachine(machine);
