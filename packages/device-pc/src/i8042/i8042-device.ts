import { type DeviceContext, type DevicePlace, type DeviceState, StateReader } from '@picovm/core';
import { HostCallback } from '../ports/host-callback.ts';
import { Controller } from './controller.ts';
import type { HostKeyboard, HostMouse, I8042, I8042Options, KeyboardLeds } from './i8042-types.ts';
import { Keyboard } from './keyboard.ts';
import { Mouse } from './mouse.ts';
import { Typist } from './typist.ts';

const VERSION = 1;

type Settings = Required<Pick<I8042Options, 'id' | 'commandByte' | 'typingGap'>> & {
  readonly [K in 'a20' | 'mayType' | 'onLeds']: I8042Options[K];
};

/** What `i8042` makes: the controller, with a keyboard, a mouse, and who uses them. */
export class I8042Device implements I8042 {
  readonly type = 'i8042';
  readonly id: string;
  readonly #place: DevicePlace;
  readonly #callbacks: readonly HostCallback<never>[];
  readonly #keyboard: Keyboard;
  readonly #mouse: Mouse;
  readonly #controller: Controller;
  readonly #typist: Typist;
  #context: DeviceContext | undefined;

  constructor({ id, a20, commandByte, typingGap, mayType, onLeds }: Settings, place: DevicePlace) {
    this.id = id;
    this.#place = place;
    const gate = new HostCallback('a20', a20 && ((level: boolean) => a20.set(level)));
    const asked = new HostCallback<undefined>('mayType', mayType && (() => mayType()));
    const lights = new HostCallback<KeyboardLeds>('onLeds', onLeds);
    this.#callbacks = [gate, asked, lights];
    const serve = (): void => this.#serve();
    this.#mouse = new Mouse(serve);
    this.#keyboard = new Keyboard(
      () => lights.call(this.#typist.leds),
      () => this.#typist.restart(),
      serve,
    );
    // A host that fails, or answers later, does not keep anything from being typed.
    this.#typist = new Typist(this.#keyboard, typingGap, () => asked.call(undefined) !== false, serve);
    this.#controller = new Controller(commandByte, {
      keyboard: this.#keyboard,
      mouse: this.#mouse,
      a20: (level) => void gate.call(level),
      cpuReset: () => this.#context?.systemEvent('reset'),
      serve,
    });
  }

  get keyboard(): HostKeyboard {
    return this.#typist;
  }

  readonly mouse: HostMouse = {
    move: (dx, dy, dz = 0) => {
      this.#mouse.move(dx, dy, dz);
      this.#serve();
    },
    buttons: (buttons) => {
      this.#mouse.press(buttons);
      this.#serve();
    },
  };

  attach(context: DeviceContext): void {
    const { ranges, irqs } = this.#place;
    const { clock, log, metrics } = context;
    this.#context = context;
    const errors = metrics.counter('hostErrors');
    for (const callback of this.#callbacks) callback.attach(log, errors);
    context.claimPorts(ranges[0], this.#controller.data);
    context.claimPorts(ranges[1], this.#controller.command);
    this.#keyboard.attach(clock);
    this.#mouse.attach(clock);
    this.#typist.attach(clock);
    const [keyboardLine, mouseLine] = irqs.map((n) => context.irq(n));
    this.#controller.attach(clock, keyboardLine, mouseLine, metrics.counter('unknownCommands'));
    // What was typed before there was a machine.
    this.#serve();
  }

  reset(): void {
    this.#typist.reset();
    this.#keyboard.reset();
    this.#mouse.reset();
    this.#controller.reset();
  }

  snapshot(): DeviceState {
    const parts = [this.#controller, this.#keyboard, this.#mouse, this.#typist];
    return { version: VERSION, ...Object.assign({}, ...parts.map((part) => part.save())) };
  }

  restore(state: DeviceState): void {
    const reader = new StateReader(this.id, state, VERSION);
    const parts = [this.#keyboard, this.#mouse, this.#typist, this.#controller];
    // All of them check it before any takes it.
    for (const take of parts.map((part) => part.read(reader))) take();
  }

  dispose(): void {
    this.#context = undefined;
    for (const part of [this.#controller, this.#keyboard, this.#mouse, this.#typist]) part.dispose();
  }

  /** Whoever has something to send, and may, sends it. */
  #serve(): void {
    if (this.#context === undefined) return;
    this.#mouse.report();
    do this.#typist.pump();
    while (this.#controller.fill());
  }
}
