import { linuxBoot } from '@picovm/boot';
import { memoryBlocks } from '@picovm/device-disk';
import { type PcOptions, pcMemory } from '@picovm/machine-pc';
import { expect } from 'vitest';
import type { PcSession, WaitOptions } from './pc-session.ts';

/** How a boot is made: without the accelerator. */
export type Machine = Omit<PcOptions, 'accelerator' | 'clock'>;

/** Software that its authors wrote for PCs, and what somebody does with it. */
export interface Boot {
  readonly name: string;
  /** @param file gives a file of a real system */
  machine(file: (name: string) => Uint8Array): Machine | Promise<Machine>;
  play(session: PcSession, wait: WaitOptions): Promise<void>;
  /** The interpreter's instructions, roughly, in millions. */
  readonly instructions: number;
  /** What it uses that KVM lacks where it emulates instructions. */
  readonly emulatedKvmLacks?: string;
}

type File = (name: string) => Uint8Array;

const MIB = 2 ** 20;
const NO_IRET = 'its emulator has no IRET in protected mode';

function seabios(file: File, size: '128k' | '256k' = '256k'): Machine {
  return { firmware: file(`seabios-${size}`), videoBios: file('vgabios') };
}

const OWN_BIOS = (): Machine => ({});

function grub(
  name: string,
  firmware: (file: File) => Machine,
  medium: 'floppy' | 'CD-ROM',
  instructions: number,
): Boot {
  return {
    name: `GRUB's ${medium} on ${name}`,
    instructions,
    machine: (file) => ({
      ...firmware(file),
      ...(medium === 'floppy'
        ? { floppies: [memoryBlocks(file('grub-floppy'))] }
        : { cdroms: [memoryBlocks(file('grub-cdrom'))] }),
    }),
    play: playGrub,
  };
}

/** To the menu, to the prompt, and `ls`. */
export async function playGrub(session: PcSession, wait: WaitOptions): Promise<void> {
  await session.waitForScreen('GNU GRUB', wait);
  await session.waitForScreen('highlighted entry', wait);
  session.type('c');
  await session.waitForScreen(/^grub> *$/m, wait);
  session.type('ls\n');
  // The drive that it came from.
  await session.waitForScreen(/^grub> ls\n.*\((fd0|cd)\)/m, wait);
  await session.waitForScreen(/^grub> ls\n[\s\S]*^grub> *$/m, wait);
}

async function playIpxe(session: PcSession, wait: WaitOptions): Promise<void> {
  await session.waitForScreen('Ctrl-B', wait);
  session.type('\x02');
  await session.waitForScreen('iPXE>', wait);
  session.type('help\n');
  await session.waitForScreen(/iPXE> help[\s\S]*cpuid[\s\S]*iPXE> *$/m, wait);
}

async function ipxeKernel(file: File): Promise<Machine> {
  const memory = 64 * MIB;
  return { memory, boot: await linuxBoot(file('ipxe.lkrn'), { memory: pcMemory(memory), entry: '16-bit' }) };
}

/** What boots in seconds. */
export const BOOTS: readonly Boot[] = [
  grub('our BIOS', OWN_BIOS, 'floppy', 113),
  grub('SeaBIOS', seabios, 'floppy', 126),
  grub('our BIOS', OWN_BIOS, 'CD-ROM', 54),
  grub('SeaBIOS', seabios, 'CD-ROM', 68),
  ...(['128k', '256k'] as const).map(
    (size): Boot => ({
      name: `SeaBIOS, ${size}`,
      instructions: 6,
      machine: (file) => seabios(file, size),
      play: async (session, wait) => {
        await session.waitForScreen('Booting from', wait);
        await session.waitForLog('VGA stack allocated', wait);
      },
    }),
  ),
  {
    name: 'memtest86+',
    instructions: 400,
    emulatedKvmLacks: 'its emulator has no FNINIT',
    machine: async (file) => {
      const memory = 8 * MIB;
      return { memory, boot: await linuxBoot(file('memtest'), { memory: pcMemory(memory), entry: '32-bit' }) };
    },
    play: async (session, wait) => {
      await session.waitForScreen(/Memtest86\+ v\d/, wait);
      await session.waitForScreen('<Enter> to start', wait);
      session.type('\n');
      // From the third on, tests write memory and read it back.
      await session.waitForScreen(/Test #[4-9]/, wait);
      expect(session.screen).toMatch(/Errors: +0$/m);
    },
  },
  {
    name: "iPXE's kernel on our BIOS",
    instructions: 157,
    emulatedKvmLacks: NO_IRET,
    machine: ipxeKernel,
    play: playIpxe,
  },
  {
    name: "iPXE's kernel on SeaBIOS",
    instructions: 143,
    emulatedKvmLacks: NO_IRET,
    machine: async (file) => ({ ...seabios(file), ...(await ipxeKernel(file)) }),
    play: playIpxe,
  },
  {
    name: "iPXE's CD-ROM, by ISOLINUX, on our BIOS",
    instructions: 186,
    emulatedKvmLacks: NO_IRET,
    machine: (file) => ({ cdroms: [memoryBlocks(file('ipxe.iso'))] }),
    play: playIpxe,
  },
  {
    name: 'U-Boot as firmware',
    instructions: 18,
    machine: (file) => ({ firmware: file('u-boot.rom') }),
    play: async (session, wait) => {
      await session.waitForSerial('Hit any key to stop autoboot', wait);
      session.send(' ');
      await session.waitForSerial('=> ', wait);
      session.send('version\n');
      expect(await session.waitForSerial(/\n=> $/, wait)).toMatch(/^version\r?\n+U-Boot 20/);
    },
  },
];
