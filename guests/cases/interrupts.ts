import type { Vm } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';
import { portRead, portWrite } from '../harness/bus-access.ts';
import type { GuestCase } from '../harness/guest-case.ts';
import { TinyPic } from '../harness/tiny-pic.ts';
import { dword, flags, words } from '../harness/words.ts';

/** Interrupts, exceptions, traps and the ends of a run: Intel SDM volume 3A, chapters 6 and 21 (real-address mode). */
export const interrupts: readonly GuestCase[] = [
  {
    name: 'interrupts',
    about: 'INT n, INT3, INTO, IRET, IRETD',
    expect: {
      pushed: [
        ['after int 30', flags('CF PF AF ZF SF OF IF DF')],
        ['after int3', flags()],
        ['after into', flags('OF')],
        ['after iretd', flags('CF SF')],
      ],
      // FLAGS in the handler, return address, CS, saved FLAGS
      memory: [
        [0x4000, words(0x0cd7, 0x1046, 0x0000, 0x0ed7)],
        [0x4008, words(0x0002, 0x1064, 0x0000, 0x0002)],
        [0x4010, words(0x0802, 0x1081, 0x0000, 0x0802)],
        [0x4018, words(0x0083, 0x10a2, 0x0000, 0x0083)],
      ],
    },
  },
  {
    name: 'bound',
    about: 'BOUND',
    needs: ['bound'],
    expect: { pushed: [['two faults', 2]], memory: [[0x4000, words(0x1040, 0x104d)]] },
  },
  {
    name: 'single-step',
    about: 'TF',
    expect: {
      pushed: [],
      memory: [
        // nop, mov, jmp, two turns of loop
        [0x4000, words(0x1045, 0x1048, 0x104b, 0x104b, 0x104d)],
        // mov, push, mov, mov, two elements of movs, pop, push, and the popf that clears TF
        [0x400a, words(0x1050, 0x1051, 0x1054, 0x1057, 0x1057, 0x1059, 0x105a, 0x105c, 0x105d, 0x0000)],
      ],
    },
  },
  {
    name: 'single-step-int',
    about: 'INT n clears TF before there is a trap',
    needs: ['trap-after-int'],
    expect: { pushed: [], memory: [[0x4000, words(0x1045, 0x1048, 0x1049, 0x104b, 0x104c, 0x0000)]] },
  },
  {
    name: 'single-step-self-jump',
    about: 'TF over jmp $: no dead end, because the handler of the trap ends it',
    expect: {
      pushed: [
        ['traps left', 0],
        ['at the end', flags()],
      ],
      registers: { bx: 0x600d },
    },
  },
  {
    name: 'mov-ss-shadow',
    about: 'no trap between MOV SS or POP SS and the next instruction',
    needs: ['trap-shadow'],
    expect: { pushed: [], memory: [[0x4000, words(0x1045, 0x104a, 0x104b, 0x104d, 0x104f, 0x1050, 0x0000)]] },
  },
  {
    name: 'undefined-opcode',
    about: '#UD',
    needs: ['undefined-opcode'],
    expect: { pushed: [['five faults', 5]], memory: [[0x4000, words(0x1020, 0x1025, 0x102a, 0x102f, 0x1034)]] },
  },
  {
    name: 'segment-limit',
    about: 'vector 13 and 12 at offset FFFF',
    expect: {
      pushed: [
        ['a byte fits', 0x005a],
        ['a word is not half written', 0x005a],
        ['add [m] is not half done', 0x005a],
      ],
      memory: [
        [0x4000, words(0x1040, 13, 0x104a, 13, 0x1057, 13)],
        [0x400c, words(0x1061, 12, 0x106d, 13, 0x1073, 13, 0x107a, 13)],
      ],
    },
  },
  {
    name: 'code-limit',
    about: 'vector 13 for instructions beyond offset FFFF or 15 bytes',
    expect: {
      pushed: [
        ['15 prefixes', 0x1080],
        ['behind the last byte', 0x0000],
      ],
      memory: [[0x4000, words(0xffff, 0x1080, 0x0000)]],
    },
  },
  {
    name: 'idt',
    about: 'LIDT, SIDT, SMSW',
    expect: {
      pushed: [
        ['the handler in the new table ran', 0x0101],
        ['smsw ax: ET', 0x0010],
        ['smsw [m]: ET', 0x0010],
      ],
      memory: [
        [0x4010, [0xff, 0x03, 0x00, 0x50, 0x00, 0x00]],
        [0x4020, [0x23, 0x01, 0x00, 0x50, 0x10, 0x00]],
      ],
    },
  },
  {
    name: 'triple-fault',
    about: 'an interrupt without an interrupt table shuts the CPU down',
    needs: ['idt-limit'],
    expect: { outcome: 'failed', exit: 'shutdown', bus: [portWrite(0x40, 1, 1)] },
  },
  {
    name: 'triple-fault-stack',
    about: 'no room on the stack for the fault, nor for the double fault',
    expect: { outcome: 'failed', exit: 'shutdown', bus: [portWrite(0x40, 1, 1)] },
  },
  {
    name: 'triple-fault-protected',
    about: 'the same in protected mode',
    modes: ['protected'],
    expect: { outcome: 'failed', exit: 'shutdown', bus: [portWrite(0x40, 1, 1)] },
  },
  {
    name: 'halt',
    about: 'HLT with interrupts off ends the run, behind the HLT',
    expect: { ip: 0x1008, pushed: [['before', 0x1234]], registers: { flags: flags('CF ZF') } },
  },
  {
    name: 'halt-enabled',
    about: 'HLT with interrupts on ends the run in a machine without an interrupt controller',
    expect: { ip: 0x1005, registers: { ax: 0x5678, flags: flags('IF') } },
  },
  {
    name: 'jump-self',
    about: 'jmp $ ends the run',
    expect: { exit: 'slice-end', ip: 0x1010, pushed: [['before', 0x1234]] },
  },
  {
    name: 'jump-self-near',
    about: 'the near form of jmp $ ends the run, and IF does not matter without an interrupt controller',
    expect: { exit: 'slice-end', ip: 0x1010, pushed: [['before', 0x1234]], registers: { flags: flags('IF') } },
  },
  {
    name: 'jump-self-masked',
    about: 'jmp $ ends the run when IF is 0, although an interrupt waits',
    machine: { devices: () => [new TinyPic()] },
    expect: { exit: 'slice-end', ip: 0x1010, bus: [portWrite(0x20, 1, 4)] },
  },
  {
    name: 'halt-masked',
    about: 'HLT ends the run when IF is 0, although an interrupt waits',
    machine: { devices: () => [new TinyPic()] },
    expect: { ip: 0x1005, registers: { ax: 4 }, bus: [portWrite(0x20, 1, 4)] },
  },
  {
    name: 'irq',
    about: 'a device raises an interrupt while the guest writes to it',
    machine: { devices: () => [new TinyPic()] },
    expect: {
      pushed: [['none waits, two handled, IF is 0 in the handler', 0, 2, { value: 0, mask: 0x300 }, flags('ZF PF')]],
      bus: [portWrite(0x20, 1, 2), portWrite(0x20, 1, 2), portRead(0x20, 1, 0)],
    },
  },
  {
    name: 'irq-shadow',
    about: 'STI takes effect behind the next instruction; the more urgent interrupt comes first',
    needs: ['prompt-interrupts'],
    machine: { devices: () => [new TinyPic()] },
    expect: {
      pushed: [
        ['both wait', 0x000a],
        ['both are done', 3],
      ],
      // line, return address, CX
      memory: [[0x4000, words(1, 0x104e, 1, 3, 0x104e, 1)]],
      bus: [portWrite(0x20, 1, 3), portWrite(0x20, 1, 1), portRead(0x20, 1, 0x0a)],
    },
  },
  {
    name: 'irq-masked',
    about: 'an interrupt waits for IF, which STI, POPF and IRET set',
    machine: { devices: () => [new TinyPic()] },
    expect: {
      pushed: [
        ['IF is 0', 0],
        ['after sti', 1],
        ['after popf', 2],
        ['after iret', 3],
      ],
      bus: [portWrite(0x20, 1, 0), portWrite(0x20, 1, 0), portWrite(0x20, 1, 0)],
    },
  },
  {
    name: 'irq-alarm',
    about: "HLT sleeps until an alarm's interrupt",
    machine: { devices: () => [new TinyPic()] },
    expect: {
      pushed: [['three ticks', 3]],
      bus: [portWrite(0x21, 1, 5), portWrite(0x21, 1, 5), portWrite(0x21, 1, 5)],
    },
  },
  {
    name: 'cpuid',
    about: 'the host answers CPUID',
    machine: { prepare: answerCpuid },
    expect: { pushed: [['EAX', ...dword(1)]], memory: [[0x4000, 'a vendor ...']] },
  },
  {
    name: 'msr',
    about: 'the host answers RDMSR and WRMSR',
    machine: { prepare: answerMsr },
    expect: {
      pushed: [
        ['rdmsr: EDX, EAX', ...dword(0x11223344), ...dword(0x55667788)],
        ['those that fault change nothing', ...dword(0x99aabbcc), ...dword(0xddeeff00), { value: 0, mask: 0x700 }],
      ],
      memory: [
        [0x4000, [0x00, 0xff, 0xee, 0xdd, 0xcc, 0xbb, 0xaa, 0x99]],
        [0x4010, words(0x1050, 0x1055)],
      ],
    },
  },
  {
    name: 'self-modifying',
    about: 'code that writes code',
    expect: {
      pushed: [
        ['an instruction ahead', 0x0042],
        ['a loop that changes itself', 10],
        ['add becomes sub', 0x0010],
        ['a routine, and what replaced it', 0x1111, 0x2222],
        ['through another segment', 0x3333],
        ['by a push', 0x4444],
        ['an instruction in two pages', 0x5555, 0x6655],
      ],
    },
  },
];

function answerMsr(vm: Vm<X86Vcpu>): void {
  vm.on('rdmsr', function known(exit) {
    if (exit.index !== 0x12345678) return undefined;
    exit.data = 0x1122334455667788n;
    return 'resume';
  });
  vm.on('wrmsr', function known(exit) {
    if (exit.index !== 0x12345678) return undefined;
    vm.memory.writeU64(0x4000, exit.data);
    return 'resume';
  });
}

function answerCpuid(vm: Vm<X86Vcpu>): void {
  const [ebx, edx, ecx] = new Uint32Array(new TextEncoder().encode('a vendor ...').buffer);
  vm.on('cpuid', function vendor(exit) {
    if (exit.leaf !== 0) return undefined;
    Object.assign(exit, { eax: 1, ebx, ecx, edx });
    return 'resume';
  });
}
