import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { cli } from './cli.ts';

/** A folder of its own to run the command in; deleted in the end. */
export class Workplace implements Disposable {
  readonly dir: string = mkdtempSync(join(tmpdir(), 'create-picovm-device-'));

  /** Runs the command. With `answers` it has a terminal, at which somebody types them and then ends the input. */
  async create(args: string[], answers?: string[]): Promise<{ status: number; output: string; errors: string }> {
    const input = Object.assign(new PassThrough(), { isTTY: answers !== undefined });
    input.end(answers?.map((line) => `${line}\n`).join('') ?? '');
    const [output, errors] = [new PassThrough(), new PassThrough()];
    const status = await cli(args, { input, output, errors, cwd: this.dir });
    return { status, output: String(output.read() ?? ''), errors: String(errors.read() ?? '') };
  }

  /** The text of a file. */
  read(path: string): string {
    return readFileSync(join(this.dir, path), 'utf8');
  }

  [Symbol.dispose](): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}
