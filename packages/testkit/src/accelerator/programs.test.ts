import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bytesOf, PROGRAMS } from './programs.ts';

test('the bytes of every program are what its assembly says', (context) => {
  if (spawnSync('nasm', ['-v']).status !== 0) context.skip('nasm is not on the PATH: the bytes are used unchecked');
  const dir = mkdtempSync(join(tmpdir(), 'picovm-testkit-'));
  try {
    for (const [name, program] of Object.entries(PROGRAMS)) {
      const lines = program.map(([assembly, ...bytes], i) => {
        const at = bytesOf(program.slice(0, i)).length;
        // What each instruction assembles to must be as long as its own bytes, not only the whole.
        return `times ($ - $$) - ${at} db 0\ntimes ${at} - ($ - $$) db 0\n${assembly} ; ${bytes.length} bytes`;
      });
      writeFileSync(join(dir, 'program.asm'), ['bits 16', 'org 0x1000', ...lines, ''].join('\n'));
      execFileSync('nasm', ['-Werror', '-f', 'bin', '-o', 'program.bin', 'program.asm'], { cwd: dir });
      expect(new Uint8Array(readFileSync(join(dir, 'program.bin'))), name).toEqual(bytesOf(program));
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
