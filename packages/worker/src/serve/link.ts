import { VmError } from '@picovm/core';
import type { MachineLink, ScreenSource } from '../define-machine.ts';
import type { Port } from '../protocol/port.ts';
import { Incoming, type Receive } from './incoming.ts';
import { Outgoing } from './outgoing.ts';
import { Screens } from './screens.ts';

/** The machine's ends of all ways between it and the host. */
export class Link implements MachineLink {
  readonly outgoing: Outgoing;
  readonly screens: Screens;
  readonly inputs: Map<string, Incoming> = new Map();
  readonly outputNames: string[] = [];
  readonly screenNames: string[] = [];
  /** Once the machine is built, the host knows the names, and there can be no more. */
  closed = false;

  constructor(port: Port) {
    this.outgoing = new Outgoing(port);
    this.screens = new Screens(port);
  }

  output(name: string): (bytes: Uint8Array) => void {
    this.#check('output', name, [...this.outputNames, ...this.screenNames]);
    this.outputNames.push(name);
    return (bytes) => this.outgoing.write(name, bytes);
  }

  input(name: string, receive: Receive): void {
    this.#check('input', name, [...this.inputs.keys()]);
    if (typeof receive !== 'function') throw invalid(`the input ${name} needs a function that receives its bytes`);
    this.inputs.set(name, new Incoming(receive));
  }

  screen(name: string, source: ScreenSource): void {
    this.#check('screen', name, [...this.outputNames, ...this.screenNames]);
    if (typeof source?.screen !== 'function') throw invalid(`the screen ${name} needs a source, such as vgaText()`);
    this.screenNames.push(name);
    this.screens.add(name, source);
  }

  #check(what: string, name: string, taken: readonly string[]): void {
    if (this.closed) throw invalid(`the ${what} ${name} comes too late: declare it while the machine is built`);
    if (typeof name !== 'string' || name === '') throw invalid(`an ${what} needs a name that is not empty`);
    if (taken.includes(name)) throw invalid(`the name ${name} is taken: give the ${what} another one`);
  }
}

function invalid(message: string): VmError {
  return new VmError('ERR_INVALID_ARGUMENT', message);
}
