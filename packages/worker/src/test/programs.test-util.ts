/** Guests in machine code, for real mode at 0000:1000. */
const WORD = (value: number): number[] => [value & 0xff, value >> 8];

/** The port of a device that does what is bad for its host; what is written says what. */
export const TROUBLE_PORT = 0x510;

/** What the trouble device can be told to do. */
export const TROUBLE = { throw: 0, hang: 1, exit: 2, throwLater: 3, fillMemory: 4 } as const;

/** hlt */
export const HALT: readonly number[] = [0xf4];

/** inc ax / jmp $-1: for ever, and not recognized as stuck. */
export const SPIN: readonly number[] = [0x40, 0xeb, 0xfd];

/** Sends `count` bytes, 0, 1, 2 …, to COM1, and halts. mov dx,0x3f8 / mov cx,count / out dx,al / inc ax / loop / hlt */
export const sends = (count: number): readonly number[] => [
  ...[0xba, 0xf8, 0x03, 0xb9, ...WORD(count), 0xee, 0x40, 0xe2, 0xfc, 0xf4],
];

/** Sends 1, 2, 3 … to COM1 for ever. mov dx,0x3f8 / inc ax / out dx,al / jmp */
export const SENDS_FOR_EVER: readonly number[] = [0xba, 0xf8, 0x03, 0x40, 0xee, 0xeb, 0xfc];

/** Sends back what it gets from COM1, for ever. mov dx,0x3fd / in al,dx / test al,1 / jz / mov dl,0xf8 / in / out / … */
export const ECHOES: readonly number[] = [
  ...[0xba, 0xfd, 0x03, 0xec, 0xa8, 0x01, 0x74, 0xfb, 0xb2, 0xf8, 0xec, 0xee, 0xb2, 0xfd, 0xeb, 0xf3],
];

/** Writes `count`, count - 1, … 1 to the first cell of the screen, and halts. */
export const draws = (count: number): readonly number[] => [
  ...[0xb8, 0x00, 0xb8, 0x8e, 0xd8, 0xb9, ...WORD(count), 0x89, 0x0f, 0xe2, 0xfc, 0xf4],
];

/** Counts up in the first cell of the screen for ever. mov ax,0xb800 / mov ds,ax / inc ax / mov [bx],ax / jmp */
export const DRAWS_FOR_EVER: readonly number[] = [0xb8, 0x00, 0xb8, 0x8e, 0xd8, 0x40, 0x89, 0x07, 0xeb, 0xfb];

/** Waits until the byte at 0x500 is not 0, and halts. cmp byte [0x500],0 / je / hlt */
export const WAITS_FOR_MEMORY: readonly number[] = [0x80, 0x3e, 0x00, 0x05, 0x00, 0x74, 0xf9, 0xf4];

/** Tells the trouble device something, and spins. mov dx,0x510 / mov al,trouble / out dx,al / … */
export const makes = (trouble: number): readonly number[] => [
  0xba,
  ...WORD(TROUBLE_PORT),
  0xb0,
  trouble,
  0xee,
  ...SPIN,
];

/** Sends 1 to `count` to COM1, and their complements to the debug console, by turns. inc ax / out dx,al / not al / … */
export const sendsTwice = (count: number): readonly number[] => [
  ...[0xba, 0xf8, 0x03, 0xb9, ...WORD(count), 0x40, 0xee, 0xf6, 0xd0, 0xe6, 0xe9, 0xf6, 0xd0, 0xe2, 0xf6, 0xf4],
];
