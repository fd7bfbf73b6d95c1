// 64-bit code with nothing before it: the host builds page tables and a GDT, puts the vCPU into long mode, and walks the tables
// as the CPU did. The screen is mapped near the end of the address space, where kernels like to be.
//
//   node long-mode.js [ACCELERATOR]

import { hex, isVmError, physicalBacking, Vm } from '@picovm/core';
import { buildPageTables, enterLongMode, walkPageTables, writeFlatGdt } from '@picovm/core/x86';
import { renderText, vgaText } from '@picovm/device-vga';
import { chooseAccelerator } from 'picovm';

const CODE = 0x1000;
const GDT = 0x2000;
const TABLES = 0x10000;
const SCREEN = 0xffff_ffff_8000_0000n;

// mov rdi, SCREEN / mov eax, ' 6' and ' 4' in green / mov [rdi], eax / hlt
const program = Uint8Array.of(
  ...[0x48, 0xbf, 0x00, 0x00, 0x00, 0x80, 0xff, 0xff, 0xff, 0xff],
  ...[0xb8, 0x36, 0x0a, 0x34, 0x0a, 0x89, 0x07, 0xf4],
);

const { accelerator } = await chooseAccelerator(process.argv[2]);
const vga = vgaText();
const vm = new Vm({ accelerator, memory: [{ base: 0, size: 0x20000 }], devices: [vga] });
vm.memory.write(CODE, program);
const tables = buildPageTables(vm.memory, '4-level', TABLES, [
  { linear: 0n, physical: 0, length: 0x200000, pageSize: 0x200000 },
  { linear: SCREEN, physical: 0xb8000, length: 0x1000, executable: false },
]);
console.log(`page tables from ${hex(TABLES)} to ${hex(tables.end)}`);

try {
  enterLongMode(vm.vcpu, { entry: BigInt(CODE), stack: 0x8000n, gdt: writeFlatGdt(vm.memory, GDT) }, tables);
  console.log(`${accelerator.name}: ${(await vm.run({ timeoutMs: 5000 })).message}`);
  console.log(`screen: ${renderText(vga.screen())[0].trim()}`);
} catch (error) {
  // The interpreter's processors are those before long mode. Their tables can be walked all the same.
  if (!isVmError(error) || error.code !== 'ERR_UNSUPPORTED') throw error;
  console.log(`${accelerator.name}: ${error.message}`);
}

for (const linear of [BigInt(CODE), SCREEN + 2n, 0x4000_0000n]) {
  const { entries, physical, rights, fault } = walkPageTables(vm.memory, tables, linear);
  console.log(`\n${hex(linear, 16)}`);
  for (const { name, index, value, flags } of entries)
    console.log(`  ${name} ${index}: ${hex(value ?? 0n, 16)} ${flags.join(' ')}`);
  if (fault !== undefined) console.log(`  ${fault.reason}, error code ${fault.errorCode}`);
  if (physical === undefined || rights === undefined) continue;
  const { region, range, offset } = physicalBacking(vm.memory, vm.map(), physical);
  console.log(`  physical ${hex(physical)}, ${rights.supervisor}: ${region?.name ?? range?.owner} + ${hex(offset)}`);
}
vm.dispose();
