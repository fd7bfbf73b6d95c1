import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../bin/picovm.cjs', import.meta.url));

/** Whether there is `script` of util-linux, which gives a command a terminal. */
export const HAS_SCRIPT: boolean = /util-linux/.test(
  spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout ?? '',
);

/** The command at a terminal of 100 columns and 30 rows. Behind it, its status and the terminal's settings are printed. */
export class Terminal {
  readonly #child: ChildProcess;
  /** All that the terminal got. */
  output = '';

  constructor(args: readonly string[]) {
    const quoted = [process.execPath, BIN, ...args].map((arg) => `'${arg.replaceAll("'", "'\\''")}'`).join(' ');
    const settings = 'stty -a | tr " ;" "\\n\\n" | grep -x -- "-*echo\\|-*icanon\\|-*isig" | sort | tr "\\n" " "';
    // A Ctrl-C that the command leaves to the terminal reaches the shell, too, which is to go on.
    const shell = `trap : INT; stty rows 30 cols 100; ${quoted}; echo "[status $?]"; echo "[$(${settings})]"`;
    this.#child = spawn('script', ['-qefc', shell, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
    });
  }

  /** Somebody types, as a terminal sends it. */
  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** Resolves when the terminal got this, behind what `forget` forgot. */
  async shows(text: string | RegExp): Promise<void> {
    const has = (): boolean => (typeof text === 'string' ? this.output.includes(text) : text.test(this.output));
    for (let tries = 0; !has(); tries++) {
      if (tries === 500) throw new Error(`the terminal does not show ${text}, but ${JSON.stringify(this.output)}`);
      await sleep(20);
    }
  }

  forget(): void {
    this.output = '';
  }

  /** Sends a signal to the command itself. */
  signal(name: NodeJS.Signals): void {
    process.kill(childOf(childOf(this.#child.pid as number)), name);
  }

  /** Resolves with what was printed behind the command. */
  async end(): Promise<{ status: number; settings: string }> {
    if (this.#child.exitCode === null) await once(this.#child, 'close');
    const [, status] = /\[status (\d+)\]/.exec(this.output) ?? [];
    const [, settings = ''] = /\[status \d+\]\s*\[([^\]]*)\]/.exec(this.output) ?? [];
    return { status: Number(status), settings: settings.trim() };
  }
}

// The shell below `script`, and the command below that.
function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').at(-1));
}
