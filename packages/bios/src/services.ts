import { int18, int19 } from './boot/int19.ts';
import { int1a } from './clock/int1a.ts';
import { int08, int70 } from './clock/ticks.ts';
import { int13 } from './disk/int13.ts';
import type { Service } from './guest/guest.ts';
import { int09 } from './keyboard/int09.ts';
import { int16 } from './keyboard/int16.ts';
import { nextOptionRom } from './post/option-roms.ts';
import { int14 } from './system/int14.ts';
import { int15 } from './system/int15.ts';
import { int74 } from './system/mouse.ts';
import { int11, int12, int17 } from './system/small-services.ts';
import { int10 } from './video/int10.ts';

/** What POST is called by: the device does it, because it knows the ROM. */
export const POST_SERVICE = 0x00;

/** The services by the numbers that stubs push: those of the interrupts, and 01h for option ROMs. */
export const SERVICES: ReadonlyMap<number, Service> = /* @__PURE__ */ new Map([
  [0x01, nextOptionRom],
  [0x08, int08],
  [0x09, int09],
  [0x10, int10],
  [0x11, int11],
  [0x12, int12],
  [0x13, int13],
  [0x14, int14],
  [0x15, int15],
  [0x16, int16],
  [0x17, int17],
  [0x18, int18],
  [0x19, int19],
  [0x1a, int1a],
  [0x70, int70],
  [0x74, int74],
]);

/** Services by which a program does something, and not only waits. */
export const ACTIVE_SERVICES: ReadonlySet<number> = /* @__PURE__ */ new Set([0x10, 0x13, 0x14, 0x15]);
