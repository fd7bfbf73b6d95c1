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
  /** SeaBIOS keeps ACPI tables at the end of memory, where the initial file system must not lie. */
  readonly reservedAtEnd?: number;
}

/** The kernel with the busybox initramfs. */
export async function linuxMachine(file: (name: string) => Uint8Array, options: LinuxMachine): Promise<Machine> {
  const { entry, commandLine, reservedAtEnd = 0 } = options;
  const memory = pcMemory(MEMORY - reservedAtEnd);
  const boot = await linuxBoot(file('linux'), { memory, initrd: file('initramfs'), entry, commandLine });
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
  const text = await session.waitForSerial(after(session, `${command}; echo "DO""NE"\n`), wait);
  return text.replaceAll('\r', '').replace(/^.*\n/, '');
}

function after(session: PcSession, command: string): string {
  session.send(command);
  return '\nDONE';
}

/** Words of kernel messages that tell of something wrong. */
const COMPLAINT =
  /\b(bugs?|errors?|fail(s|ed|ure)?|warn(ing)?|unable|cannot|can't|timed out|timeout|spurious|lost|stuck|unexpected|nobody cared|invalid|bad|broken|no irq)\b/i;

/** Messages that have such a word, and why they are not about our devices. */
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
];

/** Lines of `dmesg` that complain. */
function complaints(dmesg: string): string[] {
  const lines = dmesg.split('\n').filter((line) => COMPLAINT.test(line));
  return lines.filter((line) => !ALLOWED.some(([message]) => message.test(line)));
}

/** That the kernel found the machine's devices, and complains of none. */
export function checkMessages(dmesg: string): void {
  expect(complaints(dmesg)).toEqual([]);
  for (const found of [
    /PCI: Using configuration type 1/,
    /pci 0000:00:01\.0: \[8086:7000\]/,
    /ttyS0 at I\/O 0x3f8 \(irq = 4.*16550A/,
    /i8042 KBD port at 0x60,0x64 irq 1/,
    /AT Translated Set 2 keyboard/,
    /rtc_cmos \S+: registered as rtc0/,
  ]) {
    expect(dmesg).toMatch(found);
  }
}
