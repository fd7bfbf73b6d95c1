// A CPU alone, executed step by step: prints each instruction, disassembled, and the registers that it changed.
//
//   node trace.js [IMAGE LOAD_ADDRESS [COUNT]]

import { readFileSync } from 'node:fs';
import { enterRealMode, formatFlags } from '@picovm/core/x86';
import { createCpu } from '@picovm/x86-interp';
import { Decoder, DecoderOptions, Formatter, FormatterSyntax } from 'iced-x86';

const MAX_LENGTH = 15;

// mov cx,3 / mov ax,1 / next: mul cx / loop next / out 0x80,ax / ud2
const program = Uint8Array.of(...[0xb9, 0x03, 0x00, 0xb8, 0x01, 0x00, 0xf7, 0xe1, 0xe2, 0xfc, 0xe7, 0x80, 0x0f, 0x0b]);

/** The instruction that comes next: its bytes, and what they mean. */
function disassemble(cpu) {
  const { codeAddress, registers } = cpu.dump();
  const { cs } = cpu.getSpecialRegisters();
  if (codeAddress === undefined) return { bytes: new Uint8Array(), text: '(no memory)' };
  const length = Math.min(MAX_LENGTH, cpu.memory.contiguous(codeAddress));
  const decoder = new Decoder(cs.db === 1 ? 32 : 16, cpu.memory.read(codeAddress, length), DecoderOptions.None);
  decoder.ip = registers.rip;
  const formatter = new Formatter(FormatterSyntax.Nasm);
  const instruction = decoder.decode();
  const text = formatter.format(instruction);
  const bytes = cpu.memory.read(codeAddress, instruction.length);
  // They are objects of WebAssembly, which no garbage collector sees.
  for (const each of [instruction, formatter, decoder]) each.free();
  return { bytes, text };
}

/** The registers that differ, as text. RIP is in every line anyway. */
function changes(before, after) {
  const names = Object.keys(after).filter((name) => name !== 'rip' && before[name] !== after[name]);
  return names.map((name) =>
    name === 'rflags' ? `[${formatFlags(after[name])}]` : `${name}=${after[name].toString(16)}`,
  );
}

/** Executes up to `count` instructions, and prints a line for each. */
function trace(cpu, count) {
  // What the hooks tell belongs to the instruction whose line is printed next.
  let notes = [];
  cpu.on('exception', ({ vector, errorCode = 'none' }) => notes.push(`exception ${vector}, error code ${errorCode}`));
  cpu.on('interrupt', ({ vector, source }) => notes.push(`${source} interrupt ${vector}`));
  cpu.on('control-write', ({ register, after }) => notes.push(`${register}=${after.toString(16)}`));
  cpu.on('io', ({ direction, port, data }) =>
    notes.push(`${direction} ${data.toString(16)} at port ${port.toString(16)}`),
  );
  cpu.on('mmio', ({ direction, address }) => notes.push(`${direction} at ${address.toString(16)}`));
  for (let n = 0; n < count; n++) {
    const { location, registers } = cpu.dump();
    const { bytes, text } = disassemble(cpu);
    notes = [];
    const { reason } = cpu.step();
    const effects = [...changes(registers, cpu.dump().registers), ...notes].join(', ');
    console.log(
      `${location}  ${Buffer.from(bytes).toString('hex').padEnd(16)}  ${text.padEnd(28)}  ${effects}`.trimEnd(),
    );
    if (reason !== 'slice-end') return reason;
  }
  return `still running after ${count} instructions`;
}

const [image, load = '0x1000', count = '100'] = process.argv.slice(2);
const base = Number(load);
const cpu = createCpu({ memory: 0xa0000 });
cpu.memory.write(base, image === undefined ? program : readFileSync(image));
// Each exception has a HLT for its handler.
for (let vector = 0; image === undefined && vector < 32; vector++) cpu.memory.writeU32(vector * 4, 0x500);
cpu.memory.writeU8(0x500, 0xf4);
enterRealMode(cpu, { segment: 0, offset: base });
cpu.setRegisters({ rsp: 0x8000n });

console.log(trace(cpu, Number(count)));
const { instructions, decoded, tlb, exceptions } = cpu.counters();
console.log(`${instructions} instructions, ${decoded} decoded, ${tlb.fills} TLB entries, exceptions:`, exceptions);
cpu.dispose();
