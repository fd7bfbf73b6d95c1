import type { GuestCase } from '../harness/guest-case.ts';
import { dword, flags, words } from '../harness/words.ts';

/** String instructions, the stack, jumps and calls: Intel SDM volume 1, chapters 6 and 7.3, and volume 2. */
export const control: readonly GuestCase[] = [
  {
    name: 'string-move',
    about: 'MOVS, REP, both directions',
    expect: {
      pushed: [
        ['movsb, movsw, movsd', 0x1207, 0x4007],
        ['rep movsb', 0x0000, 0x120c, 0x400c, flags()],
        ['rep movsw, down', 0x0000, 0x11fe, 0x401e, flags('DF')],
        ['rep movsd, down', 0x11fc, 0x403c],
        ['rep movsb with CX = 0', 0x1200, 0x4060],
        ['rep gs movsb', 0x0004],
        ['SI wraps', 0x0001],
      ],
      memory: [
        [0x4000, '0123456789ab\0'],
        [0x4020, '0123456789abcdef\0'],
        [0x4040, '0123456789abcdef\0'],
        [0x4060, '\0'],
        [0x4080, 'xxxxxxxx\0'],
        [0x40a0, '0123\0'],
        [0x40c0, 'AB\0'],
      ],
    },
  },
  {
    name: 'string-scan',
    about: 'SCAS, CMPS, REPE, REPNE, both directions',
    expect: {
      pushed: [
        ['repne scasb', 2, 0x120e, flags('ZF PF')],
        ['repne scasb, not there', 0, 0x1204, flags('PF')],
        ['repe scasw', 3, 0x122a, flags('CF PF SF')],
        ['scasd', 0x1224, flags('AF PF')],
        ['repne scasb, down', 7, 0x1226, flags('DF ZF PF')],
        ['repe cmpsb', 8, 0x1208, 0x1218, flags('CF SF AF')],
        ['repe cmpsw, equal to the end', 0, 0x1204, 0x1214, flags('ZF PF')],
        ['repne cmpsd, none equal', 0, 0x122c, 0x121c, flags('CF PF SF')],
        ['repe cmpsb with CX = 0 changes no flag', 0x122c, 0x121c, flags('CF OF')],
        ['repe cmpsb, down', 7, 0x1206, 0x1216, flags('DF CF AF SF')],
        ['cmpsb', 0x1207, flags('ZF PF')],
      ],
    },
  },
  {
    name: 'string-load-store',
    about: 'LODS, STOS, 32-bit addresses and counts',
    expect: {
      pushed: [
        ['lodsb', ...dword(0x11223330)],
        ['lodsw', ...dword(0x11223231)],
        ['lodsd', ...dword(0x36353433), 0x1207, flags('CF PF AF ZF SF OF')],
        ['lodsb, down', 0x3437, 0x1206],
        ['rep lodsb, down', 0x3432, 0x1201],
        ['rep stosb, down', 0x4003],
        ['rep stosw', 0x4016],
        ['rep stosd', 0x4028],
        ['stosb', 0x4029],
        ['gs lodsw', 0x6261],
        ['a32 rep movsb', ...dword(0), ...dword(0x1205), ...dword(0x4035)],
        ['rep stosb with CX = 0', ...dword(0x4040)],
        ['rep stosb leaves the upper half of ECX', ...dword(0xaaaa0000)],
      ],
      memory: [
        [0x4003, '\0qqqq\0'],
        [0x4010, 'ababab\0'],
        [0x4020, 'wxyzwxyzw\0'],
        [0x4030, '01234\0'],
        [0x4040, '!!\0'],
      ],
    },
  },
  {
    name: 'stack',
    about: 'PUSH, POP, PUSHA, POPA, PUSHAD, POPAD',
    expect: {
      pushed: [
        ['push sp', 0x8000],
        ['push word [m]', 0xcdef],
        ['push dword [m]', ...dword(0x89abcdef)],
        ['push byte', 0x0012],
        ['pop dword [m], push dword [m], pop word [esp]', ...dword(0xffee5678)],
        ['pop sp', 0x6000],
        ['pusha: AX CX DX BX SP BP SI DI', 1, 2, 3, 4, 0x7ff0, 5, 6, 7],
        ['pushad: EAX ECX EDX EBX', ...dword(0x10001), ...dword(0x20002), ...dword(0x30003), ...dword(0x40004)],
        ['pushad: ESP EBP ESI EDI', ...dword(0x7fe0), ...dword(0x50005), ...dword(0x60006), ...dword(0x70007)],
        ['popa', 0x0101, 0x0102, 0x0103, 0x0104, 0x7fc0, 0x0105, 0x0106, 0x0107],
        ['SP after popa', 0x1116],
        ['popad: EAX ECX', ...dword(0x11111111), ...dword(0x22222222)],
        ['popad: EDX EBX', ...dword(0x33333333), ...dword(0x44444444)],
        ['popad does not load ESP', { value: 0, mask: 0 }, 0x7fae],
        ['popad: EBP ESI EDI', ...dword(0x55555555), ...dword(0x66666666), ...dword(0x77777777)],
        ['SP after popad', 0x1136],
      ],
    },
  },
  {
    name: 'enter-leave',
    about: 'ENTER level 0, LEAVE',
    expect: {
      pushed: [['BP', 0x1111]],
      // BP and SP after each step
      memory: [[0x4000, words(0x7ffe, 0x7ff6, 0x7ff4, 0x7ff4, 0x7ffe, 0x7ff6, 0x1111, 0x8000)]],
    },
  },
  {
    name: 'enter-leave-32',
    about: 'ENTER level 0 and LEAVE with 32-bit operands',
    needs: ['enter-32'],
    expect: { pushed: [['EBP', ...dword(0x22223333)]], memory: [[0x4000, words(0x7ffc, 0x7ff8)]] },
  },
  {
    name: 'enter-nested',
    about: 'ENTER with nesting levels',
    needs: ['enter-nested'],
    expect: {
      pushed: [
        ['level 1: BP, the frame, 4 bytes', 0x1111, 0x7ffe, 0xaaaa, 0xaaaa],
        ['BP', 0x7ffe],
        ['level 2: BP, one frame above, the frame, 2 bytes', 0x7ffe, 0x7ffe, 0x7ff4, 0xbbbb],
        ['BP', 0x7ff4],
        ['level 3: BP, two frames above, the frame', 0x7ff4, 0x7ffe, 0x7ff4, 0x7fea],
        ['BP, SP', 0x7fea, 0x7fe2],
      ],
    },
  },
  {
    name: 'calls-near',
    about: 'CALL, JMP, RET within the segment',
    expect: {
      registers: { dx: 0x1111 },
      pushed: [
        ['call', 2],
        ['call bx', 4],
        ['call [m]', 8],
        ['call [bx + 10]', 16],
        ['SP after ret 4', 0x7ff8],
        ['call to the next instruction leaves the return address', 0x1083, 0x7ff4],
        ['a 32-bit call pushes 32 bits', ...dword(0x1090)],
      ],
    },
  },
  {
    name: 'calls-far',
    about: 'CALL, JMP, RETF between segments',
    expect: {
      registers: { cs: 0 },
      memory: [
        [0x4000, words(0x0100, 0x1015, 0x0000)],
        [0x4006, words(0x0080, 0x1019, 0x0000)],
        [0x400c, words(0x8000, 0x00ff, 0x0100)],
        // the 32-bit call: CS, then the return address; CS is still 0100 in the caller
        [0x4012, words(0x00a0, 0x0085, 0x0000, 0x0100, 0x8000)],
        [0x401c, words(0x0000, 0x0080, 0x8000)],
      ],
    },
  },
  {
    name: 'loops',
    about: 'LOOP, LOOPE, LOOPNE, JCXZ, JECXZ',
    expect: {
      pushed: [
        ['loop', 5, 0],
        ['loop with CX = 1', 0, flags('CF PF AF ZF SF OF')],
        ['loope', 3, 4],
        ['loopne, not there', 2, 0],
        ['jcxz looks at CX, jecxz at ECX', 0x600d],
        ['CX = 0 is the longest loop', 3, 0xfffd],
        ['a32 loopne', 4, ...dword(0x0000fffd)],
      ],
    },
  },
];
