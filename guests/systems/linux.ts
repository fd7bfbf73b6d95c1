import { linuxBoot } from '@picovm/boot';
import { pcMemory } from '@picovm/machine-pc';
import { expect } from 'vitest';
import type { Machine } from './boots.ts';
import { BANNER, PROMPT } from './initramfs.mjs';
import type { PcSession, WaitOptions } from './pc-session.ts';

/** The kernel checks its ciphers at each start, which is three quarters of all instructions up to the shell. */
export const NO_CIPHER_TESTS = 'cryptomgr.notests';

const MEMORY = 64 * 2 ** 20;

/** How Debian's kernel is started. */
export interface LinuxMachine {
  readonly entry: 'direct' | '32-bit' | '16-bit';
  readonly commandLine: string;
  /** With the drivers that `drivers NAME...` loads. */
  readonly drivers?: boolean;
  /** SeaBIOS keeps ACPI tables at the end of memory, where the initial file system must not lie. */
  readonly reservedAtEnd?: number;
}

/** The kernel with the busybox initramfs. */
export async function linuxMachine(file: (name: string) => Uint8Array, options: LinuxMachine): Promise<Machine> {
  const { entry, commandLine, drivers = false, reservedAtEnd = 0 } = options;
  const memory = pcMemory(MEMORY - reservedAtEnd);
  const initrd = file(drivers ? 'initramfs-drivers' : 'initramfs');
  const boot = await linuxBoot(file('linux'), { memory, initrd, entry, commandLine });
  return { memory: MEMORY, boot };
}

/** To the shell on the serial port, which calculates. */
export async function playLinux(session: PcSession, wait: WaitOptions): Promise<void> {
  await session.waitForSerial(BANNER, wait);
  await session.waitForSerial(PROMPT, wait);
  session.send('echo $((6*7))\n');
  await session.waitForSerial(/^42\r?$/m, wait);
}

/** What a command prints on the serial port. The shell is at its prompt. */
export async function output(session: PcSession, command: string, wait: WaitOptions): Promise<string> {
  // The shell echoes what is sent, and breaks lines in it.
  session.send(`echo "BE""GIN"; ${command}; echo "DO""NE"\n`);
  await session.waitForSerial('\nBEGIN\r\n', wait);
  const text = await session.waitForSerial(/(^|\n)DONE\r\n/, wait);
  return text.replaceAll('\r', '').replace(/DONE\n$/, '');
}

/** Words of kernel messages that tell of something wrong, at whatever level they are. */
const COMPLAINT =
  /\b(bugs?|errors?|fail(s|ed|ure)?|warn(ing)?|unable|cannot|can't|timed out|timeout|spurious|lost|stuck|unexpected|nobody cared|invalid|bad|broken|no irq)\b/i;

/** The level that is called warning (include/linux/kern_levels.h); lower ones are worse. */
const WARNING = 4;

/** Messages that are complaints, and why they are not about our devices. */
const ALLOWED: readonly (readonly [message: RegExp, reason: string])[] = [
  [/NX \(Execute Disable\) protection cannot be enabled: non-PAE kernel/, 'a property of this kernel'],
  [
    /tsc: Fast TSC calibration failed/,
    'it counts on a port access to take a microsecond, which in virtual time is 10 ns',
  ],
  [/DMI not present or invalid/, 'a machine without SMBIOS tables'],
  [/PCI: Using host bridge windows from ACPI; if necessary/, 'advice to whom that does not suit'],
  [/fail to add MMCONFIG information/, 'a 440FX has configuration mechanism 1 alone'],
  [/MTRRs disabled|CPU MTRRs all blank/, 'the processor has no MTRRs set up by a firmware'],
  [/No busn resource found for root bus/, 'without ACPI nobody tells the range of bus numbers'],
  [/Checking if this processor honours the WP bit/, 'a check that passes'],
  [/PCI root bus .*: using default resources/, 'without ACPI'],
  [/NMI watchdog: Perf NMI watchdog permanently disabled/, 'there are no performance counters'],
  [/Spectre|MDS:|L1TF:|MMIO Stale Data|Speculative Store/, 'about the model of processor'],
  [/module verification failed: signature and\/or required key missing/, 'we took the signatures off'],
];

/** A line of `dmesg -r`: facility and level, and the message behind them. */
const LINE = /^<(\d+)>(.*)$/;

/** Messages that complain. @param messages of `dmesg -r` */
function complaints(messages: string): string[] {
  return messages.split('\n').filter((line) => {
    // What the kernel says meanwhile comes in between, without its level.
    const [, priority = '7', message = line] = LINE.exec(line) ?? [];
    if ((Number(priority) & 7) > WARNING && !COMPLAINT.test(message)) return false;
    return !ALLOWED.some(([allowed]) => allowed.test(message));
  });
}

/** What the kernel says of devices that it has drivers for in itself. */
const FOUND = [
  /^<5>\[ +0\.000000\] Linux version 6/m,
  /PCI: Using configuration type 1/,
  /IOAPIC\[0\]: apic_id 0, version 17, address 0xfec00000, GSI 0-23/,
  /Enabling APIC mode: +Flat\. +Using 1 I\/O APICs/,
  /pci 0000:00:01\.0: \[8086:7000\]/,
  /ttyS0 at I\/O 0x3f8 \(irq = 4.*16550A/,
  /i8042 KBD port at 0x60,0x64 irq 1/,
  /AT Translated Set 2 keyboard/,
  /rtc_cmos \S+: registered as rtc0/,
  /Console: colour VGA\+ 80x25/,
  /ACPI: PM-Timer IO Port: 0x[0-9a-f]+/,
];

/** And of those in modules. */
const FOUND_BY_MODULES = [
  /ata_piix 0000:00:01\.1: version/,
  /ata1: PATA max MWDMA2 cmd 0x1f0 ctl 0x3f6 bmdma 0x\w+ irq 14/,
  /sd 0:0:0:0: \[sda\] Attached SCSI disk/,
  /sr 1:0:0:0: Attached scsi CD-ROM sr0/,
  /Floppy drive\(s\): fd0 is 1\.44M/,
  /FDC 0 is a post-1991 82077/,
  /input: ImExPS\/2 Generic Explorer Mouse/,
];

/** Loads drivers that are modules. The shell is at its prompt. */
export async function loadDrivers(session: PcSession, wait: WaitOptions): Promise<void> {
  await output(session, 'drivers disks floppy mouse', wait);
  // The mouse is looked for beside that.
  await output(session, 'until dmesg | grep -q Explorer; do sleep 0.1; done', wait);
}

/** All that the kernel has to say, with levels. */
export async function messages(session: PcSession, wait: WaitOptions): Promise<string> {
  return await output(session, 'dmesg -r', wait);
}

/** That the kernel found the machine's devices, and complains of none: nothing at level warning or worse, and no word of that. */
export function checkMessages(dmesg: string, drivers = false): void {
  expect(complaints(dmesg)).toEqual([]);
  for (const found of drivers ? [...FOUND, ...FOUND_BY_MODULES] : FOUND) expect(dmesg).toMatch(found);
}
