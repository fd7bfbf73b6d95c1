import type { DeviceContext, DevicePlace, DeviceState, MmioHandler, PlacedRange } from '@picovm/core';
import { vgaFont8x16 } from '../font/font.ts';
import { VgaRegisters } from '../registers/vga-registers.ts';
import type { Screen } from '../render/graphics-screen.ts';
import { FrameBuffer } from './frame-buffer.ts';
import { graphicsPicture, vbePicture } from './graphics-picture.ts';
import { Planes } from './planes.ts';
import { loadFont, textPicture } from './text-picture.ts';
import { Vbe } from './vbe.ts';
import { restoreVga, saveVga } from './vga-state.ts';
import { Window } from './window.ts';

/** Miscellaneous output, bit 0: the CRT controller is at 3Dxh; else at 3Bxh. */
const COLOUR_ADDRESSES = 0x01;
const MONO_BASE = 0x3b0;
const COLOUR_BASE = 0x3d0;

/** What `vga` makes. Its ranges are the window, the frame buffer, and then those of the registers. */
export class VgaDevice {
  readonly type = 'vga';
  readonly id: string;
  readonly #place: DevicePlace;
  readonly #planes = new Planes();
  readonly #registers = new VgaRegisters(80, 25);
  // Made when it is known where the frame buffer lies.
  #vbe: Vbe;
  #window: Window;
  #frameBufferIsMemory = false;

  constructor({ id }: { readonly id: string }, place: DevicePlace) {
    this.id = id;
    this.#place = place;
    this.#vbe = this.#makeVbe(new Uint8Array(0));
    this.#window = new Window(this.#planes, this.#registers, this.#vbe);
  }

  get generation(): number {
    if (this.#frameBufferIsMemory && this.#vbe.enabled) this.#window.touch();
    return this.#window.generation;
  }

  attach(context: DeviceContext): void {
    const [window, frameBuffer, vbe, ...registers] = this.#place.ranges;
    const { base, length } = frameBuffer;
    this.#frameBufferIsMemory = isMemory(context, frameBuffer);
    this.#vbe = this.#frameBufferIsMemory
      ? this.#makeVbe(context.memory.view(base, length), context)
      : this.#makeVbe(new Uint8Array(length));
    this.#window = new Window(this.#planes, this.#registers, this.#vbe);
    context.claimMmio(window, this.#window);
    if (!this.#frameBufferIsMemory) context.claimMmio(frameBuffer, this.#linear());
    context.claimPorts(vbe, {
      read: (offset, size) => this.#vbe.read(offset, size),
      write: (offset, _size, value) => {
        this.#vbe.write(offset, value);
        this.#changed();
      },
      writeBlock: (offset, _size, data) => {
        this.#vbe.writeBlock(offset, data);
        this.#changed();
      },
    });
    for (const range of registers) this.#claimRegisters(context, range);
    loadFont(this.#planes, vgaFont8x16());
  }

  screen(): Screen {
    const mode = this.#vbe.mode();
    if (mode !== undefined) return vbePicture(this.#vbe, mode, this.#planes, this.#registers);
    if (this.#registers.graphicsMode) return graphicsPicture(this.#planes, this.#registers);
    return textPicture(this.#planes, this.#registers);
  }

  reset(): void {
    this.#planes.bytes.fill(0);
    this.#window.latch = 0;
    this.#registers.reset();
    this.#vbe.reset();
    loadFont(this.#planes, vgaFont8x16());
    this.#changed();
  }

  snapshot(): DeviceState {
    return saveVga(this.#parts());
  }

  restore(state: DeviceState): void {
    restoreVga(this.id, this.#parts(), state);
    this.#changed();
  }

  #parts(): Parameters<typeof saveVga>[0] {
    return {
      planes: this.#planes,
      registers: this.#registers,
      vbe: this.#vbe,
      window: this.#window,
      frameBufferIsMemory: this.#frameBufferIsMemory,
    };
  }

  #makeVbe(bytes: Uint8Array, context?: DeviceContext): Vbe {
    const { base } = this.#place.ranges[1];
    return new Vbe(bytes, base, context?.memory, this.#planes, () => {
      this.#registers.dac.wide = this.#vbe.wideDac;
    });
  }

  #linear(): MmioHandler {
    return new FrameBuffer(this.#vbe.bytes, () => this.#window.touch());
  }

  #changed(): void {
    this.#window.update();
    this.#window.touch();
  }

  // Of the two places of the CRT controller, only one answers at a time.
  #claimRegisters(context: DeviceContext, range: PlacedRange): void {
    const { base } = range;
    const registers = this.#registers;
    const { clock } = context;
    const crt = base < 0x3c0 ? MONO_BASE : base >= COLOUR_BASE ? COLOUR_BASE : undefined;
    const from = crt === MONO_BASE ? base - MONO_BASE + COLOUR_BASE : base;
    const answers = (): boolean => {
      return crt === undefined || ((registers.miscOutput & COLOUR_ADDRESSES) !== 0) === (crt === COLOUR_BASE);
    };
    context.claimPorts(range, {
      read: (offset) => (answers() ? registers.read(from + offset, clock) : 0xff),
      write: (offset, _size, value) => {
        if (!answers()) return;
        registers.write(from + offset, value);
        this.#changed();
      },
    });
  }
}

function isMemory({ memory }: DeviceContext, { base, length }: PlacedRange): boolean {
  const region = memory.regionAt(base);
  return region !== undefined && !region.readonly && base + length <= region.end;
}
