import { existsSync, readFileSync } from 'node:fs';
import { type BootPlan, bootSector, flatBoot } from '@picovm/boot';
import { describe, expect, it } from 'vitest';
import { pcMemory } from './index.ts';
import { byte, MIB, machine, out, print, RESULT, run, STOP, screenOf, sector, word } from './pc.test-util.ts';

const memory = pcMemory(2 * MIB);
const SEABIOS = '/usr/share/seabios/bios.bin';
/** mov byte [600h], 1 (or what is there + 1), in 32-bit code */
const COUNT_32 = [0xfe, 0x05, ...word(RESULT), 0, 0];
const kernel32 = (...code: number[]): BootPlan =>
  flatBoot(Uint8Array.from(code), { memory, address: MIB, mode: 'protected' });
const loader16 = (...code: number[]): BootPlan => bootSector(sector(...code), { memory });

describe('a kernel for protected mode', () => {
  it('starts at once, and finds PCI functions in their places', async () => {
    // mov dx, CF8h; mov eax, 80000920h (the BAR 4 of the IDE controller); out dx, eax; mov dl, FCh; in eax, dx; mov [604h], eax
    const look = [0x66, 0xba, 0xf8, 0x0c, 0xb8, 0x20, 0x09, 0x00, 0x80, 0xef, 0xb2, 0xfc, 0xed, 0xa3, 0x04, 0x06, 0, 0];
    const pc = machine({ boot: kernel32(...COUNT_32, ...look, ...STOP) });
    expect(await run(pc)).toBe('halted');
    expect([byte(pc), pc.vm.memory.readU32(RESULT + 4)]).toEqual([1, 0xc001]);
    expect(pc.vm.vcpu.dump().codeAddress).toBeGreaterThan(MIB);
    pc.vm.dispose();
  });

  it('starts anew after a reset', async () => {
    // cmp byte [600h], 2; jb: mov al, FEh; out 64h, al; jmp $
    const code = [
      ...COUNT_32,
      0x80,
      0x3d,
      ...word(RESULT),
      0,
      0,
      2,
      0x72,
      0x02,
      ...STOP,
      0xb0,
      0xfe,
      0xe6,
      0x64,
      0xeb,
      0xfe,
    ];
    const pc = machine({ boot: kernel32(...code) });
    expect(await run(pc)).toBe('halted');
    expect([byte(pc), pc.resets]).toEqual([2, 1]);
    pc.vm.dispose();
  });

  it('starts beside a firmware ROM that it does not need', async () => {
    const boot = kernel32(...COUNT_32, ...STOP);
    const pc = machine({ boot, firmware: new Uint8Array(0x20000).fill(0xf4) });
    expect(await run(pc)).toBe('halted');
    expect(byte(pc)).toBe(1);
    expect(pc.vm.ports.map().find(({ base }) => base === 0x600)?.owner).toBe('piix4-pm');
    pc.vm.dispose();
  });
});

describe('an image for real mode', () => {
  it('starts when the BIOS has set up the machine, in the place of a drive', async () => {
    const pc = machine({ boot: loader16(...print('from a ROM'), ...STOP) });
    expect(await run(pc)).toBe('halted');
    expect(screenOf(pc)).toContain('from a ROM');
    expect(pc.vm.vcpu.dump().location).toMatch(/^0000:7c/);
    pc.vm.dispose();
  });

  it('starts anew after a reset', async () => {
    const again = [
      0x31,
      0xc0,
      0x8e,
      0xd8,
      0xfe,
      0x06,
      ...word(RESULT),
      0x80,
      0x3e,
      ...word(RESULT),
      3,
      0x72,
      0x02,
      ...STOP,
    ];
    const pc = machine({ boot: loader16(...again, ...out(0xcf9, 6), 0xeb, 0xfe) });
    expect(await run(pc)).toBe('halted');
    expect([byte(pc), pc.resets]).toEqual([3, 2]);
    pc.vm.dispose();
  });

  it('starts in a machine that was restored between the call of its ROM and the start', async () => {
    const options = () => ({ boot: loader16(...print('restored'), ...STOP) });
    const first = machine(options());
    const calls = first.vm.observe((exit) => {
      if (exit.reason === 'io' && exit.port === 0xeb) first.vm.stop();
    });
    expect(await run(first)).toBe('stopped');
    calls[Symbol.dispose]();
    const second = machine(options());
    second.vm.restore(first.vm.snapshot());
    for (const pc of [first, second]) {
      expect(await run(pc)).toBe('halted');
      expect(screenOf(pc)).toContain('restored');
      pc.vm.dispose();
    }
  });

  it('does no harm if the guest calls its ROM in other places', async () => {
    // cmp byte [600h], 2; jae end; out EBh, al; hlt
    const code = [0xfe, 0x06, ...word(RESULT), 0x80, 0x3e, ...word(RESULT), 2, 0x73, 0x03, 0xe6, 0xeb, 0xf4, ...STOP];
    const pc = machine({ boot: loader16(0x31, 0xc0, 0x8e, 0xd8, ...code) });
    expect(await run(pc)).toBe('halted');
    expect([byte(pc), pc.resets]).toEqual([2, 0]);
    pc.vm.dispose();
  });

  it('starts after SeaBIOS, too, and reads what was typed before', { timeout: 120_000 }, async (context) => {
    if (!existsSync(SEABIOS)) return context.skip(`there is no ${SEABIOS}: install seabios`);
    let log = '';
    // int 12h; mov [600h], ax; mov di, 602h; three times: xor ah, ah; int 16h; stosb
    const key = [0x30, 0xe4, 0xcd, 0x16, 0xaa];
    const code = [0x31, 0xc0, 0x8e, 0xd8, 0x8e, 0xc0, 0xcd, 0x12, 0xa3, ...word(RESULT), 0xbf, ...word(RESULT + 2)];
    const pc = machine({
      firmware: Uint8Array.from(readFileSync(SEABIOS)),
      boot: loader16(...code, ...key, ...key, ...key, ...STOP),
      onFirmwareLog: (bytes) => {
        log += new TextDecoder().decode(bytes);
      },
    });
    pc.input.keyboard.type('Abc');
    const outcome = await run(pc, 100_000);
    expect(`${outcome} ${log}`).toMatch(/^halted SeaBIOS .*e820 map has/s);
    // KiB of memory below 640 KiB, as SeaBIOS says.
    expect(pc.vm.memory.readU16(RESULT)).toBeGreaterThan(600);
    expect(new TextDecoder().decode(pc.vm.memory.read(RESULT + 2, 3))).toBe('Abc');
    pc.vm.dispose();
  });
});
