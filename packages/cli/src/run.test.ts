import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { kvm } from '@picovm/kvm-native';
import { describe, expect, test } from 'vitest';
import { growthUnread, guestFile, HELLO, HELLO_BOOT, picovm, temporaryFolder } from './cli-process.test-util.ts';

const BANNER = [
  '              _   _      _ _        __        __         _     _ _',
  '             | | | | ___| | | ___   \\ \\      / /__  _ __| | __| | |',
  "             | |_| |/ _ \\ | |/ _ \\   \\ \\ /\\ / / _ \\| '__| |/ _` | |",
  '             |  _  |  __/ | | (_) |   \\ V  V / (_) | |  | | (_| |_|',
  '             |_| |_|\\___|_|_|\\___/     \\_/\\_/ \\___/|_|  |_|\\__,_(_)',
];
const SCREEN = `${BANNER.join('\n')}\n`;
const CLASSIC = ['run', HELLO, '--load', '0', '--memory', '4K'];

// inc ax / jmp $-1: runs on and on, and is not recognized as stuck.
const SPIN = [0x40, 0xeb, 0xfd];

describe('the hello kernels', () => {
  test('the classic run shows the banner and nothing else', async () => {
    expect(await picovm([...CLASSIC, '--accel', 'interp'])).toEqual({ status: 0, stdout: SCREEN, stderr: '' });
  });

  test('a boot sector goes to 0x7c00 by itself, and its jmp $ counts as halted', async () => {
    expect(await picovm(['run', HELLO_BOOT, '--accel', 'interp'])).toEqual({ status: 0, stdout: SCREEN, stderr: '' });
  });

  test.each([
    ['hello', CLASSIC],
    ['hello-boot', ['run', HELLO_BOOT]],
  ])('%s on KVM', async (_name, args) => {
    const probe = await kvm().probe();
    const result = await picovm([...args, '--accel', 'kvm']);
    if (probe.available) expect(result).toEqual({ status: 0, stdout: SCREEN, stderr: '' });
    // Where KVM cannot run, the command has to say why, and what to do.
    else expect(result).toMatchObject({ status: 1, stderr: expect.stringContaining(probe.reason) });
  });

  test('auto says which accelerator runs, and why', async () => {
    const { status, stdout, stderr } = await picovm(CLASSIC);
    expect({ status, stdout }).toEqual({ status: 0, stdout: SCREEN });
    expect(stderr).toMatch(/^picovm: running on (interp|kvm) \(.+\)\n$/);
  });
});

describe('what it shows', () => {
  test('--trace mmio prints one line an access', async () => {
    const { stderr } = await picovm([...CLASSIC, '--accel', 'interp', '--trace', 'mmio']);
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(2000 + 400);
    expect(lines[0]).toBe('mmio write 0x000b8000 2 0x0a00');
    expect(lines[2014]).toBe('mmio write 0x000b801c 1 0x5f');
  });

  test('--trace exits shows the halt, --trace io does not', async () => {
    const image = guestFile(0xe4, 0x60, 0xf4); // in al,0x60 / hlt
    const args = ['run', image, '--accel', 'interp', '--screen', 'none'];
    const all = await picovm([...args, '--trace', 'exits']);
    expect(all.stderr).toBe('io read 0x0060 1 0xff\nhalt interruptsEnabled=false\n');
    expect((await picovm([...args, '--trace', 'io'])).stderr).toBe('io read 0x0060 1 0xff\n');
  });

  test('--registers and --dump', async () => {
    const image = guestFile(0xb8, 0x34, 0x12, 0xf9, 0xf4); // mov ax,0x1234 / stc / hlt
    const { stdout } = await picovm([
      'run',
      image,
      '--accel',
      'interp',
      '--registers',
      '--dump',
      '0:5',
      '--dump',
      '4:4',
    ]);
    expect(stdout).toContain('eax=00001234');
    expect(stdout).toContain('eflags=00000003 [CF]  at 0000:0005');
    expect(stdout).toContain('00000000  b8 34 12 f9 f4                                    |.4...|');
    expect(stdout).toContain('00000004  f4 00 00 00                                       |....|');
  });

  test('--json prints one object', async () => {
    const image = guestFile(0xb0, 0x48, 0xe6, 0xe9, 0xf4); // mov al,'H' / out 0xe9,al / hlt
    const { status, stdout, stderr } = await picovm(['run', image, '--accel', 'interp', '--json', '--dump', '0:2']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      result: 'halted',
      exitReason: 'halt',
      status: 0,
      accelerator: 'interp',
      location: '0000:0005',
      registers: { rax: '0x48', cs: '0x0' },
      counters: { totalExits: 2, instructions: 3 },
      screen: [],
      serial: 'H',
      dumps: [{ address: '0x0', bytes: 'b048' }],
    });
  });

  test('--png writes a picture of the screen', async () => {
    const path = join(temporaryFolder(), 'screen.png');
    await picovm([...CLASSIC, '--accel', 'interp', '--screen', 'none', '--png', path]);
    const png = readFileSync(path);
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([640, 400]);
    const data = png.indexOf('IDAT');
    expect(inflateSync(png.subarray(data + 4, data + 4 + png.readUInt32BE(data - 4))).length).toBeGreaterThan(
      400 * 320,
    );
  });

  test('what the guest writes to COM1 and to the debug port goes to stdout, a file, or nowhere', async () => {
    // mov al,'A' / out 0xe9,al / mov dx,0x3f8 / mov al,'B' / out dx,al / hlt
    const image = guestFile(0xb0, 0x41, 0xe6, 0xe9, 0xba, 0xf8, 0x03, 0xb0, 0x42, 0xee, 0xf4);
    const args = ['run', image, '--accel', 'interp', '--screen', 'none'];
    expect(await picovm(args)).toEqual({ status: 0, stdout: 'AB', stderr: '' });
    expect((await picovm([...args, '--serial', 'none'])).stdout).toBe('');
    const path = join(temporaryFolder(), 'log');
    expect((await picovm([...args, '--serial', `file:${path}`])).stdout).toBe('');
    expect(readFileSync(path, 'latin1')).toBe('AB');
  });

  test('--serial stdio feeds the UART from standard input', async () => {
    // mov dx,0x3fd / in al,dx / test al,1 / jz $-3 / mov dl,0xf8 / in al,dx / out 0xe9,al / cmp al,'!' / jne start / hlt
    const echo = [
      0xba, 0xfd, 0x03, 0xec, 0xa8, 0x01, 0x74, 0xfb, 0xb2, 0xf8, 0xec, 0xe6, 0xe9, 0x3c, 0x21, 0x75, 0xef, 0xf4,
    ];
    const input = `${'0123456789'.repeat(20)}!`;
    const args = [
      'run',
      guestFile(...echo),
      '--accel',
      'interp',
      '--screen',
      'none',
      '--serial',
      'stdio',
      '--timeout',
      '20s',
    ];
    expect(await picovm(args, { stdin: input })).toEqual({ status: 0, stdout: input, stderr: '' });
  });
});

describe('how it ends', () => {
  test('--timeout ends with 124 and names where the guest is', async () => {
    const { status, stderr } = await picovm(['run', guestFile(...SPIN), '--accel', 'interp', '--timeout', '100ms']);
    expect(status).toBe(124);
    expect(stderr).toMatch(/time limit .* 0000:000[01]/);
  });

  test('--max-exits ends with 124', async () => {
    const image = guestFile(0xe6, 0x80, 0xeb, 0xfc); // out 0x80,al / jmp $-2
    const { status, stderr } = await picovm(['run', image, '--accel', 'interp', '--max-exits', '7', '--trace', 'io']);
    expect(status).toBe(124);
    expect(stderr.match(/^io write 0x0080/gm)).toHaveLength(7);
  });

  test('a picture that cannot be written costs nothing else', async () => {
    const result = await picovm([...CLASSIC, '--accel', 'interp', '--png', '/no/such/dir/x.png']);
    expect(result).toMatchObject({ status: 1, stdout: SCREEN });
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s ends with %i, and nothing that the guest wrote is lost', async (name, status) => {
    // mov al,'R' / out 0xe9,al, then spin
    const image = guestFile(0xb0, 0x52, 0xe6, 0xe9, ...SPIN);
    const result = await picovm(['run', image, '--accel', 'interp'], { interruptAfter: 'R', signal: name });
    expect(result).toMatchObject({ status, stdout: 'R', stderr: expect.stringContaining('aborted') });
  });

  // What a process holds is read from /proc.
  test.runIf(existsSync('/proc/self/status')).each([
    ['prints', []],
    ['is traced', ['--trace', 'io']],
  ])('a guest that %s faster than anybody reads has to wait', async (_what, options) => {
    const image = guestFile(0xe6, 0xe9, 0xeb, 0xfc); // out 0xe9,al / jmp $-2
    // Without the wait it grows by 12 to 22 MB a second.
    expect(await growthUnread(['run', image, '--accel', 'interp', ...options], 2000)).toBeLessThan(12e6);
  });

  test('a triple fault ends with 2, the registers, the code and the last accesses', async () => {
    // out 0x80,al / lidt [cs:0x20] with a limit of 0 / int3
    const image = guestFile(0xe6, 0x80, 0x2e, 0x0f, 0x01, 0x1e, 0x20, 0x00, 0xcc, ...Array(40).fill(0));
    const { status, stderr } = await picovm(['run', image, '--accel', 'interp']);
    expect(status).toBe(2);
    expect(stderr).toContain('the guest failed at 0000:0008: triple fault');
    expect(stderr).toContain('eip=00000008');
    expect(stderr).toContain('code at 0000:0008: cc 00');
    expect(stderr).toContain('io write 0x0080 1 0x00');
  });
});
