import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { userDescriptors } from './descriptors.test-util.ts';
import { IN_BYTES, OUT_BYTES } from './layout.test-util.ts';

const SOURCE = fileURLToPath(new URL('../../judge/hardware.c', import.meta.url));
const FLAGS =
  '-O1 -ffreestanding -fPIE -fno-stack-protector -fcf-protection=none -mgeneral-regs-only -nostdlib -static-pie'.split(
    ' ',
  );
const MAX_OUTPUT = 2 ** 30;
/** Milliseconds for a batch. */
const PATIENCE = 120_000;

/** The processor of this machine. */
export interface Driver {
  /** Executes cases. @returns the answers */
  run(cases: Uint8Array): Uint8Array;
  /** What the processor has, in the words of /proc/cpuinfo. */
  readonly features: ReadonlySet<string>;
}

/** Builds the driver. @returns why this is not possible, if it is not */
export function buildDriver(): Driver | string {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return 'the processor of this machine is no x86-64 under Linux';
  const directory = mkdtempSync(join(tmpdir(), 'hardware-'));
  const program = join(directory, 'hardware');
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
  try {
    execFileSync('cc', [...FLAGS, '-o', program, SOURCE], { stdio: 'pipe' });
  } catch (error) {
    return `the driver was not built: ${(error as Error).message}`;
  }
  const descriptors = userDescriptors();
  const run = (cases: Uint8Array): Uint8Array => {
    const input = Buffer.concat([descriptors, cases]);
    const output = execFileSync(program, { input, maxBuffer: MAX_OUTPUT, timeout: PATIENCE, stdio: 'pipe' });
    if (output.length !== (cases.length / IN_BYTES) * OUT_BYTES) throw new Error('the driver ended too early');
    return output;
  };
  try {
    run(new Uint8Array(0));
  } catch (error) {
    return `this system does not run the driver: ${(error as { stderr?: Buffer }).stderr}`;
  }
  const flags = /^flags\s*: (.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'));
  return { run, features: new Set(flags?.[1].split(' ')) };
}
