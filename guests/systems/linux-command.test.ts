import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { systemPath } from './files.ts';
import { NO_CIPHER_TESTS } from './linux.ts';

const COMMAND = fileURLToPath(new URL('../../packages/cli/bin/picovm.cjs', import.meta.url));

// In real time, as a user has it: everything but the first wait is there in moments.
const PATIENT = { timeout: 300_000 };

const LINES = 'while printf "scr""een# " && read -r line; do eval "$line"; done';

/** A script for the shell on the serial port, which starts another one on the screen. */
const SESSION = [
  ...['--wait-for', 'picovm# ', '--send', 'echo by $((6*7)) bytes\\n', '--wait-for', 'by 42 bytes'],
  // What is echoed is not what is waited for. It takes whole lines: busybox, at its own prompt, asks the terminal where its cursor is,
  // and may take a key that comes then for the answer.
  ...['--send', `setsid sh -c '${LINES}' </dev/tty1 >/dev/tty1 2>&1 &\\n`, '--wait-for', 'screen# '],
  ...['--type', 'echo "By $((6*7)) Keys!" | tee /tmp/x\\n', '--wait-for', 'By 42 Keys!'],
  ...['--send', 'tr a-z A-Z < /tmp/x\\n', '--wait-for', 'BY 42 KEYS!'],
  ...['--type', 'poweroff -f\\n'],
];

test(
  'Linux by the command: a session on the serial port, and on the screen with the keyboard',
  PATIENT,
  async (context) => {
    const line = [
      ...['run', '--machine', 'pc', '--accel', 'interp', '--timeout', '240s', '--json'],
      ...['--kernel', systemPath(context, 'linux'), '--initrd', systemPath(context, 'initramfs')],
      ...['--append', `console=tty0 console=ttyS0 ${NO_CIPHER_TESTS}`],
      ...SESSION,
    ];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [COMMAND, ...line]);
    const { result, steps, screen, serial, counters } = JSON.parse(stdout);
    const seenOn = steps
      .filter(({ step }: { step: string }) => step === 'wait-for')
      .map((each: { seenOn: string }) => each.seenOn);
    expect({ result, stderr, seenOn }).toEqual({
      result: 'shutdown',
      stderr: '',
      seenOn: ['serial', 'serial', 'screen', 'screen', 'serial'],
    });
    expect(screen.join('\n')).toMatch(/^By 42 Keys!$/m);
    expect(serial).toContain('Linux version');
    const [seconds, millions] = [steps.at(-1).doneAfterMs / 1000, counters.instructions / 1e6];
    const rate = `${millions.toFixed(1)} M instructions, ${(millions / seconds).toFixed(1)} MIPS`;
    console.log(`Linux by the command: ${seconds.toFixed(1)} s, ${rate}`);
  },
);
