/** An instruction of a guest program: its assembly, as NASM takes it, then the bytes it assembles to. */
export type Instruction = readonly [assembly: string, ...bytes: readonly number[]];

/** A guest program in real mode for 0000:1000. */
export type Program = readonly Instruction[];

/** The names of the programs. */
export type ProgramName =
  | 'sum'
  | 'sum32'
  | 'readSegments'
  | 'portWrites'
  | 'portWrites32'
  | 'portReads'
  | 'portReads32'
  | 'stringWrite'
  | 'stringRead'
  | 'mmioWrites'
  | 'mmioReads'
  | 'mmio32'
  | 'mmioStraddle'
  | 'unmapped'
  | 'cpuid'
  | 'msr'
  | 'busy'
  | 'selfJump'
  | 'countForever'
  | 'counted'
  | 'writeThenCount'
  | 'readThenCount'
  | 'halts'
  | 'waitForInterrupt'
  | 'masked'
  | 'shadow'
  | 'handler'
  | 'writePages'
  | 'selfModifying'
  | 'writeFar'
  | 'readFar'
  | 'loadByte'
  | 'tripleFault'
  | 'progress';

/** The guest programs of the accelerator cases. A test assembles them with NASM and compares. */
export const PROGRAMS: Readonly<Record<ProgramName, Program>> = {
  /** Adds with a carry: AX 0234, CX FFFF (the carry), BX F234, and FLAGS SF. */
  sum: [
    ['mov ax, 0x1234', 0xb8, 0x34, 0x12],
    ['mov bx, 0xf000', 0xbb, 0x00, 0xf0],
    ['add ax, bx', 0x01, 0xd8],
    ['sbb cx, cx', 0x19, 0xc9],
    ['xor bx, ax', 0x31, 0xc3],
    ['hlt', 0xf4],
  ],
  /** The same with 32 bits: EAX 00020000, ECX FFFFFFFF. */
  sum32: [
    ['mov eax, 0x8001ffff', 0x66, 0xb8, 0xff, 0xff, 0x01, 0x80],
    ['mov ebx, 0x80000001', 0x66, 0xbb, 0x01, 0x00, 0x00, 0x80],
    ['add eax, ebx', 0x66, 0x01, 0xd8],
    ['sbb ecx, ecx', 0x66, 0x19, 0xc9],
    ['hlt', 0xf4],
  ],
  /** Looks at what segment registers hold, and at what lies in them. */
  readSegments: [
    ['mov ax, ds', 0x8c, 0xd8],
    ['mov bx, es', 0x8c, 0xc3],
    ['mov cl, [0x12]', 0x8a, 0x0e, 0x12, 0x00],
    ['mov ch, [es:0x34]', 0x26, 0x8a, 0x2e, 0x34, 0x00],
    ['hlt', 0xf4],
  ],
  /** Writes of 8 and 16 bits, to ports in the instruction and in DX. */
  portWrites: [
    ['mov ax, 0xbeef', 0xb8, 0xef, 0xbe],
    ['out 0x40, al', 0xe6, 0x40],
    ['out 0x42, ax', 0xe7, 0x42],
    ['mov dx, 0xfedc', 0xba, 0xdc, 0xfe],
    ['out dx, al', 0xee],
    ['out dx, ax', 0xef],
    ['hlt', 0xf4],
  ],
  /** Writes of 32 bits. */
  portWrites32: [
    ['mov eax, 0xdeadbeef', 0x66, 0xb8, 0xef, 0xbe, 0xad, 0xde],
    ['out 0x44, eax', 0x66, 0xe7, 0x44],
    ['mov dx, 0x1000', 0xba, 0x00, 0x10],
    ['out dx, eax', 0x66, 0xef],
    ['hlt', 0xf4],
  ],
  /** Reads of 8 bits, which leave AH, and of 16 bits. */
  portReads: [
    ['mov ax, 0x5555', 0xb8, 0x55, 0x55],
    ['in al, 0x40', 0xe4, 0x40],
    ['mov bx, ax', 0x89, 0xc3],
    ['mov dx, 0x1234', 0xba, 0x34, 0x12],
    ['in ax, dx', 0xed],
    ['hlt', 0xf4],
  ],
  /** A read of 16 bits, which leaves the upper half of EAX, and one of 32 bits. */
  portReads32: [
    ['mov eax, 0x55555555', 0x66, 0xb8, 0x55, 0x55, 0x55, 0x55],
    ['in ax, 0x40', 0xe5, 0x40],
    ['mov ebx, eax', 0x66, 0x89, 0xc3],
    ['mov dx, 0x1234', 0xba, 0x34, 0x12],
    ['in eax, dx', 0x66, 0xed],
    ['hlt', 0xf4],
  ],
  /** Three words and two bytes from 0000:2000 to port 300. */
  stringWrite: [
    ['mov si, 0x2000', 0xbe, 0x00, 0x20],
    ['mov dx, 0x300', 0xba, 0x00, 0x03],
    ['mov cx, 3', 0xb9, 0x03, 0x00],
    ['cld', 0xfc],
    ['rep outsw', 0xf3, 0x6f],
    ['mov cx, 2', 0xb9, 0x02, 0x00],
    ['rep outsb', 0xf3, 0x6e],
    ['hlt', 0xf4],
  ],
  /** Three words and two bytes from port 300 to 0000:3000. */
  stringRead: [
    ['mov di, 0x3000', 0xbf, 0x00, 0x30],
    ['mov dx, 0x300', 0xba, 0x00, 0x03],
    ['mov cx, 3', 0xb9, 0x03, 0x00],
    ['cld', 0xfc],
    ['rep insw', 0xf3, 0x6d],
    ['mov cx, 2', 0xb9, 0x02, 0x00],
    ['rep insb', 0xf3, 0x6c],
    ['hlt', 0xf4],
  ],
  /** Stores of 8 and 16 bits behind the memory. */
  mmioWrites: [
    ['mov ax, 0x1000', 0xb8, 0x00, 0x10],
    ['mov ds, ax', 0x8e, 0xd8],
    ['mov ax, 0xbeef', 0xb8, 0xef, 0xbe],
    ['mov [0x10], al', 0xa2, 0x10, 0x00],
    ['mov [0x20], ax', 0xa3, 0x20, 0x00],
    ['hlt', 0xf4],
  ],
  /** Loads of 8 and 16 bits from behind the memory. */
  mmioReads: [
    ['mov ax, 0x1000', 0xb8, 0x00, 0x10],
    ['mov ds, ax', 0x8e, 0xd8],
    ['mov bx, 0x5555', 0xbb, 0x55, 0x55],
    ['mov bl, [0x10]', 0x8a, 0x1e, 0x10, 0x00],
    ['mov cx, [0x20]', 0x8b, 0x0e, 0x20, 0x00],
    ['hlt', 0xf4],
  ],
  /** A store and a load of 32 bits. */
  mmio32: [
    ['mov ax, 0x1000', 0xb8, 0x00, 0x10],
    ['mov ds, ax', 0x8e, 0xd8],
    ['mov eax, 0xdeadbeef', 0x66, 0xb8, 0xef, 0xbe, 0xad, 0xde],
    ['mov [0x30], eax', 0x66, 0xa3, 0x30, 0x00],
    ['mov ebx, [0x40]', 0x66, 0x8b, 0x1e, 0x40, 0x00],
    ['hlt', 0xf4],
  ],
  /** A store and a load of 16 bits, whose first byte is the last one of the memory. */
  mmioStraddle: [
    ['mov ax, 0x0fff', 0xb8, 0xff, 0x0f],
    ['mov ds, ax', 0x8e, 0xd8],
    ['mov word [0x0f], 0xbeef', 0xc7, 0x06, 0x0f, 0x00, 0xef, 0xbe],
    ['mov bx, [0x0f]', 0x8b, 0x1e, 0x0f, 0x00],
    ['hlt', 0xf4],
  ],
  /** Reads of a port and of an address that nobody owns, and writes to them. */
  unmapped: [
    ['xor ax, ax', 0x31, 0xc0],
    ['xor cx, cx', 0x31, 0xc9],
    ['out 0x99, al', 0xe6, 0x99],
    ['in al, 0x99', 0xe4, 0x99],
    ['mov bx, 0x1000', 0xbb, 0x00, 0x10],
    ['mov ds, bx', 0x8e, 0xdb],
    ['mov [0], cx', 0x89, 0x0e, 0x00, 0x00],
    ['mov cx, [0]', 0x8b, 0x0e, 0x00, 0x00],
    ['hlt', 0xf4],
  ],
  /** Asks for leaf 0. */
  cpuid: [
    ['xor eax, eax', 0x66, 0x31, 0xc0],
    ['xor ecx, ecx', 0x66, 0x31, 0xc9],
    ['cpuid', 0x0f, 0xa2],
    ['hlt', 0xf4],
  ],
  /** Reads MSR 12345678, writes EBX:EAX to the next one, and reads the one behind. */
  msr: [
    ['mov ecx, 0x12345678', 0x66, 0xb9, 0x78, 0x56, 0x34, 0x12],
    ['rdmsr', 0x0f, 0x32],
    ['mov ebx, edx', 0x66, 0x89, 0xd3],
    ['xchg eax, edx', 0x66, 0x92],
    ['inc ecx', 0x66, 0x41],
    ['wrmsr', 0x0f, 0x30],
    ['inc ecx', 0x66, 0x41],
    ['rdmsr', 0x0f, 0x32],
    ['hlt', 0xf4],
  ],
  /** Counts for a while, with no exit: DX from 400 down to 0. */
  busy: [
    ['mov dx, 0x400', 0xba, 0x00, 0x04],
    ['xor cx, cx', 0x31, 0xc9],
    ['loop $', 0xe2, 0xfe],
    ['dec dx', 0x4a],
    ['jnz short 0x1003', 0x75, 0xf9],
    ['hlt', 0xf4],
  ],
  /** Jumps to itself. */
  selfJump: [['jmp $', 0xeb, 0xfe]],
  /** Counts in AX, two instructions a round. */
  countForever: [
    ['inc ax', 0x40],
    ['jmp short 0x1000', 0xeb, 0xfd],
  ],
  /** Twenty-three instructions, the HLT among them. */
  counted: [
    ['mov cx, 10', 0xb9, 0x0a, 0x00],
    ['inc ax', 0x40],
    ['loop 0x1003', 0xe2, 0xfd],
    ['out 0x80, al', 0xe6, 0x80],
    ['hlt', 0xf4],
  ],
  /** A write to port 80, and an instruction behind it. */
  writeThenCount: [
    ['out 0x80, al', 0xe6, 0x80],
    ['inc ax', 0x40],
    ['hlt', 0xf4],
  ],
  /** A read of port 80, and an instruction behind it. */
  readThenCount: [
    ['in al, 0x80', 0xe4, 0x80],
    ['inc bx', 0x43],
    ['hlt', 0xf4],
  ],
  /** HLT with interrupts off, then on. */
  halts: [
    ['cli', 0xfa],
    ['hlt', 0xf4],
    ['sti', 0xfb],
    ['hlt', 0xf4],
  ],
  /** Waits in HLT with interrupts on, and tells port 80 that it came back. */
  waitForInterrupt: [
    ['sti', 0xfb],
    ['hlt', 0xf4],
    ['out 0x80, al', 0xe6, 0x80],
    ['cli', 0xfa],
    ['hlt', 0xf4],
  ],
  /** Never turns interrupts on. */
  masked: [
    ['out 0x80, al', 0xe6, 0x80],
    ['inc ax', 0x40],
    ['hlt', 0xf4],
  ],
  /** Turns interrupts on, which counts one instruction later. */
  shadow: [
    ['sti', 0xfb],
    ['inc ax', 0x40],
    ['inc bx', 0x43],
    ['hlt', 0xf4],
  ],
  /** The interrupt handler of the cases: tells port 20, and returns. */
  handler: [
    ['out 0x20, al', 0xe6, 0x20],
    ['iret', 0xcf],
  ],
  /** Writes to the page of 3000, and across the border of those of 5000 and 6000. */
  writePages: [
    ['mov byte [0x3000], 1', 0xc6, 0x06, 0x00, 0x30, 0x01],
    ['mov word [0x5fff], 0x0101', 0xc7, 0x06, 0xff, 0x5f, 0x01, 0x01],
    ['hlt', 0xf4],
  ],
  /** Changes the operand of an instruction that it has executed, and executes it again: BL 3. */
  selfModifying: [
    ['mov cx, 2', 0xb9, 0x02, 0x00],
    ['xor bl, bl', 0x30, 0xdb],
    ['mov al, 1', 0xb0, 0x01],
    ['add bl, al', 0x00, 0xc3],
    ['mov byte [0x1006], 2', 0xc6, 0x06, 0x06, 0x10, 0x02],
    ['dec cx', 0x49],
    ['jnz short 0x1005', 0x75, 0xf4],
    ['hlt', 0xf4],
  ],
  /** Writes a word behind the memory of 64 KiB, and reads it. */
  writeFar: [
    ['mov ax, 0x1000', 0xb8, 0x00, 0x10],
    ['mov ds, ax', 0x8e, 0xd8],
    ['mov word [0x10], 0x1234', 0xc7, 0x06, 0x10, 0x00, 0x34, 0x12],
    ['mov bx, [0x10]', 0x8b, 0x1e, 0x10, 0x00],
    ['hlt', 0xf4],
  ],
  /** Reads the byte behind the memory of 64 KiB. */
  readFar: [
    ['mov ax, 0x1000', 0xb8, 0x00, 0x10],
    ['mov ds, ax', 0x8e, 0xd8],
    ['mov bl, [0]', 0x8a, 0x1e, 0x00, 0x00],
    ['hlt', 0xf4],
  ],
  /** Loads a byte that the case changes. */
  loadByte: [
    ['mov al, 1', 0xb0, 0x01],
    ['hlt', 0xf4],
  ],
  /** No room on the stack for the fault, nor for the double fault. */
  tripleFault: [
    ['mov al, 1', 0xb0, 0x01],
    ['out 0x40, al', 0xe6, 0x40],
    ['mov sp, 1', 0xbc, 0x01, 0x00],
    ['push ax', 0x50],
    ['out 0x41, al', 0xe6, 0x41],
    ['hlt', 0xf4],
  ],
  /** A hundred rounds that use registers, the stack, memory, and port 80 once a round; BX is the sum of CX. */
  progress: [
    ['mov cx, 100', 0xb9, 0x64, 0x00],
    ['mov di, 0x3000', 0xbf, 0x00, 0x30],
    ['add bx, cx', 0x01, 0xcb],
    ['push bx', 0x53],
    ['mov [di], bx', 0x89, 0x1d],
    ['add di, 2', 0x83, 0xc7, 0x02],
    ['mov ax, bx', 0x89, 0xd8],
    ['out 0x80, ax', 0xe7, 0x80],
    ['loop 0x1006', 0xe2, 0xf2],
    ['hlt', 0xf4],
  ],
};

/** The bytes of a program. */
export function bytesOf(program: Program): Uint8Array {
  return Uint8Array.from(program.flatMap(([, ...bytes]) => bytes));
}
