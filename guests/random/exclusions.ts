import type { DecodedInstruction } from '@picovm/x86-interp';
import { countOf } from './flags.ts';
import { physical, RAM_BYTES } from './layout.ts';
import type { MemoryOperand, View } from './view.ts';

/** Instructions that KVM does not execute as a processor does. */
export interface Exclusion {
  readonly reason: string;
  /**
   * `emulated`: only where KVM's instruction emulator runs the guest. `everywhere`: with VT-x or SVM, too, because there
   * the emulator does accesses to devices.
   */
  readonly where: 'emulated' | 'everywhere';
  /** Whether it is about an instruction at which a guest is. */
  applies?(instruction: DecodedInstruction, view: View): boolean;
  /** Whether it is about an instruction that has raised an exception; the view is that of its handler. */
  appliesToFault?(instruction: DecodedInstruction, view: View): boolean;
  /** One, at {@link EXAMPLE_PLACE}: a test looks whether KVM still differs. */
  readonly example: readonly number[];
}

/** An example begins with these registers; ES is in a device's memory, all other segments are not. */
export const EXAMPLE_START = {
  registers: {
    rax: 0x1234n,
    rbx: 0x40n,
    rcx: 4n,
    rdx: 0x80n,
    rsi: 0n,
    rdi: 0x10n,
    rbp: 0x60n,
    rsp: 0x200n,
    rflags: 2n,
  },
  deviceSegment: 0xb000,
} as const;

const MNEMONIC = (...names: string[]) => {
  const all = new Set(names);
  return ({ form }: DecodedInstruction): boolean => all.has(form.mnemonic);
};
const UNKNOWN = 'its emulator does not know it, and gives up with an internal error';
const LOST = 'of several writes to a device by one instruction, its emulator does the last one only';
/** pop ss / mov ss leaves the stack in a device: push es; pop ss. */
const DEVICE_STACK = [0x06, 0x17];

/** All that is known, by a name each. */
export const EXCLUSIONS: Readonly<Record<string, Exclusion>> = {
  'decimal-adjust': { where: 'emulated', reason: UNKNOWN, applies: MNEMONIC('DAA', 'AAA', 'AAS'), example: [0x27] },
  wait: { where: 'emulated', reason: UNKNOWN, applies: MNEMONIC('WAIT'), example: [0x9b] },
  fences: {
    where: 'emulated',
    reason: UNKNOWN,
    applies: MNEMONIC('LFENCE', 'MFENCE', 'SFENCE'),
    example: [0x0f, 0xae, 0xe8],
  },
  bound: { where: 'emulated', reason: UNKNOWN, applies: MNEMONIC('BOUND'), example: [0x62, 0x07] },
  int1: { where: 'emulated', reason: UNKNOWN, applies: MNEMONIC('INT1'), example: [0xf1] },
  'undefined-opcode': {
    where: 'emulated',
    reason: 'opcodes that its emulator does not know end in an internal error, and not in #UD',
    applies: MNEMONIC('UD0', 'UD1', 'UD2'),
    example: [0x0f, 0x0b],
  },
  'ascii-adjust': {
    where: 'emulated',
    reason: 'its emulator sets SF and ZF of AAM and AAD by AX, and not by AL',
    applies: MNEMONIC('AAM', 'AAD'),
    example: [0xb8, 0x80, 0x00, 0xd4, 0xff], // mov ax,80; aam ff
  },
  'enter-nested': {
    where: 'emulated',
    reason: 'its emulator has no ENTER with a nesting level',
    applies: ({ form, operands }) =>
      form.mnemonic === 'ENTER' && operands[1].kind === 'immediate' && (operands[1].value & 31) > 0,
    example: [0xc8, 0x08, 0x00, 0x01],
  },
  'enter-32': {
    where: 'emulated',
    reason: 'its ENTER with 32-bit operands pushes 16 bits',
    applies: ({ form, operandSize }) => form.mnemonic === 'ENTER' && operandSize === 32,
    example: [0x66, 0xc8, 0x08, 0x00, 0x00],
  },
  'wide-int': {
    where: 'emulated',
    reason: 'its emulator pushes double words for INT with an operand-size prefix, which real mode ignores',
    applies: ({ form, operandSize }) => form.mnemonic.startsWith('INT') && operandSize === 32,
    example: [0x66, 0xcd, 0x40],
  },
  clflush: {
    where: 'emulated',
    reason: 'its emulator reads what CLFLUSH names',
    applies: MNEMONIC('CLFLUSH'),
    example: [0x26, 0x0f, 0xae, 0x3f],
  },
  'nop-hints': {
    where: 'emulated',
    reason: UNKNOWN,
    applies: ({ form }) => form.mnemonic === 'NOP' && form.map === '0f' && form.opcode < 0x1f,
    example: [0x0f, 0x1a, 0xc0],
  },
  'high-int': {
    where: 'emulated',
    reason: 'its emulator takes the vector of INT for a signed number, and does not get on from 80 on',
    applies: ({ form, operands }) =>
      form.mnemonic === 'INT' && operands[0].kind === 'immediate' && operands[0].value >= 0x80,
    example: [0xcd, 0x80],
  },
  'rep-in': {
    where: 'emulated',
    reason: 'its emulator reads the port of an IN with a REP prefix CX times',
    applies: ({ form, repeat }) => form.mnemonic === 'IN' && repeat !== 'none',
    example: [0xf3, 0xec],
  },
  'mov-cs': {
    where: 'emulated',
    reason: 'its emulator reads the operand before it finds that CS cannot be loaded so',
    applies: (instruction, view) => {
      const [to] = instruction.operands;
      return to?.kind === 'register' && to.name === 'cs' && touchesDevice(instruction, view);
    },
    example: [0x26, 0x8e, 0x0f],
  },
  'fault-esp': {
    where: 'emulated',
    reason: 'it clears the upper half of ESP when an instruction raises an exception',
    appliesToFault: (_, view) => view.register('esp') > 0xffff,
    example: [0x66, 0xbc, 0x00, 0x10, 0x01, 0x00, 0x31, 0xdb, 0xf7, 0xf3], // mov esp,11000; xor bx,bx; div bx
  },
  'fault-pusha': {
    where: 'emulated',
    reason:
      'with 7, 9, 11, 13 or 15 in SP its emulator is in the middle of PUSHA when it finds no room: #SS, and not #GP',
    appliesToFault: MNEMONIC('PUSHA'),
    example: [0xbc, 0x0b, 0x00, 0x60], // mov sp,0b; pusha
  },
  'fault-flags': {
    where: 'everywhere',
    reason:
      'REPE and REPNE that end in a fault leave the flags of the rounds before it, or those before all: both are allowed',
    appliesToFault: ({ form, repeat }) => form.repeat === 'repe' && repeat !== 'none',
    example: [],
  },
  'fault-input': {
    where: 'everywhere',
    reason:
      'INS that faults at its destination has read the port, and REP INS more often than it has written to memory',
    appliesToFault: MNEMONIC('INS'),
    example: [],
  },
  'fault-far': {
    where: 'emulated',
    reason: 'its emulator finds the limit of a far transfer when CS is loaded already, and gives up',
    appliesToFault: MNEMONIC('RETF', 'IRET', 'CALLF', 'JMPF'),
    example: [0x66, 0xea, 0x00, 0x00, 0x01, 0x00, 0x00, 0x20], // jmp dword 2000:10000
  },
  'fault-device-stack': {
    where: 'everywhere',
    reason: LOST,
    appliesToFault: (_, view) => isDevice('ss', view.register('sp'), view),
    example: [],
  },
  'device-stack': {
    where: 'everywhere',
    reason: LOST,
    applies: ({ form }, view) =>
      /^(CALLF|PUSHA|ENTER|INT.*)$/.test(form.mnemonic) && isDevice('ss', view.register('sp'), view),
    example: [...DEVICE_STACK, 0x60],
  },
  'device-block-input': {
    where: 'everywhere',
    reason: 'it reads a port several times before it writes to the device',
    applies: ({ form, repeat }, view) => form.mnemonic === 'INS' && repeat !== 'none' && isDevice('es', 0xffff, view),
    example: [0xf3, 0x6c],
  },
  'block-input-wrap': {
    where: 'everywhere',
    reason: 'it takes what REP INS reads for one operand, which faults at the end of its segment where DI would wrap',
    applies: (instruction, view) => instruction.form.mnemonic === 'INS' && wraps(instruction, view),
    example: [0xbf, 0xfe, 0xff, 0x1e, 0x07, 0xf3, 0x6d], // mov di,fffe; push ds; pop es; rep insw
  },
  'device-pointer': {
    where: 'everywhere',
    reason: 'a far pointer is read by one access, and not by two: a processor may do either',
    applies: (instruction, view) =>
      /^(L[DEFGS]S|CALLF|JMPF)$/.test(instruction.form.mnemonic) && touchesDevice(instruction, view),
    example: [0x26, 0xc5, 0x37],
  },
  'device-table-store': {
    where: 'everywhere',
    reason: 'it does not get on from a store of six bytes to a device',
    applies: (instruction, view) => /^S[GI]DT$/.test(instruction.form.mnemonic) && touchesDevice(instruction, view),
    example: [0x26, 0x0f, 0x01, 0x07],
  },
  'device-pops': {
    where: 'everywhere',
    reason: 'its emulator begins POPA anew for each word that it reads from a device, with the SP of the last time',
    applies: ({ form }, view) => form.mnemonic === 'POPA' && isDevice('ss', view.register('sp'), view),
    example: [...DEVICE_STACK, 0x61],
  },
  'device-compare': {
    where: 'everywhere',
    reason: 'which of its operands CMPS reads first is not defined',
    applies: (instruction, view) => instruction.form.mnemonic === 'CMPS' && touchesDevice(instruction, view),
    example: [],
  },
  'device-cut': {
    where: 'everywhere',
    reason: 'eight bytes across the end of a page may be cut into accesses anywhere: it begins anew behind that end',
    applies: (instruction, view) =>
      instruction.form.mnemonic === 'CMPXCHG8B' &&
      touchesDevice(instruction, view) &&
      memoryOperands(instruction).some((operand) => {
        const offset = view.offset(operand, instruction.addressSize);
        return (physical(view.selector(operand.segment), offset) & 0xfff) > 0xffc;
      }),
    example: [0x26, 0x0f, 0xc7, 0x0e, 0xfe, 0x0f], // cmpxchg8b [es:ffe]
  },
  'device-shift': {
    where: 'everywhere',
    reason: 'a shift or rotation by 0 writes the operand: a processor need not',
    applies: (instruction, view) =>
      /^(SH|SA|R[OC])[LR]D?$/.test(instruction.form.mnemonic) &&
      countOf(instruction, view) === 0 &&
      touchesDevice(instruction, view),
    example: [0x26, 0xc0, 0x27, 0x00],
  },
};

/** What a KVM cannot be compared in. */
export interface Veto {
  /** Whether a guest that is at an instruction must not execute it. */
  before(instruction: DecodedInstruction, view: View): boolean;
  /** Whether a guest must not be where it is, with an instruction that has raised an exception. */
  afterFault(instruction: DecodedInstruction, view: View): boolean;
}

/** @param hardware whether the host has VT-x or SVM */
export function vetoOf(hardware: boolean): Veto {
  const all = Object.values(EXCLUSIONS).filter(({ where }) => where === 'everywhere' || !hardware);
  return {
    before: (instruction, view) => all.some((each) => each.applies?.(instruction, view) === true),
    afterFault: (instruction, view) => all.some((each) => each.appliesToFault?.(instruction, view) === true),
  };
}

// Whether a repeated string instruction reaches the end of ES.
function wraps({ repeat, form, operandSize, addressSize }: DecodedInstruction, view: View): boolean {
  if (repeat === 'none') return false;
  const bytes = form.operands.includes('Yb') ? 1 : operandSize / 8;
  const [count, offset] = addressSize === 16 ? (['cx', 'di'] as const) : (['ecx', 'edi'] as const);
  return view.register(offset) + view.register(count) * bytes > 0xffff;
}

function touchesDevice(instruction: DecodedInstruction, view: View): boolean {
  return memoryOperands(instruction).some((operand) =>
    isDevice(operand.segment, view.offset(operand, instruction.addressSize), view),
  );
}

function memoryOperands({ operands }: DecodedInstruction): MemoryOperand[] {
  return operands.filter((operand): operand is MemoryOperand => operand.kind === 'memory');
}

// Whether an access at an offset, or a little below or above, would be to a device.
function isDevice(segment: MemoryOperand['segment'], offset: number, view: View): boolean {
  return physical(view.selector(segment), offset & 0xffff) + 0x100 >= RAM_BYTES;
}
