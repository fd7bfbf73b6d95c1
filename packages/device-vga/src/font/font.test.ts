import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CP437, vgaFont8x16 } from '../index.ts';

const { rows, height } = vgaFont8x16();
const glyph = (character: string): Uint8Array => {
  const code = CP437.indexOf(character);
  return rows.subarray(code * height, (code + 1) * height);
};

describe('the 8x16 font', () => {
  it('has 256 glyphs, all but the three blanks with something in them, and no two alike', () => {
    expect(rows.length).toBe(4096);
    const pictures = new Map<string, number[]>();
    for (let code = 0; code < 256; code++) {
      const key = String(rows.subarray(code * 16, (code + 1) * 16));
      pictures.set(key, [...(pictures.get(key) ?? []), code]);
    }
    expect([...pictures.values()].filter((codes) => codes.length > 1)).toEqual([[0x00, 0x20, 0xff]]);
  });

  it('has box drawing that joins: each line that leaves a cell goes on in the next one', () => {
    // The names of Unicode say where lines lead; here by what must be seen at the edges of the cell.
    const left = '─┤┐┘┬┴┼╢╖╜╥╨╫';
    const leftDouble = '═╡╕╛╤╧╪╣╗╝╦╩╬';
    const right = '─├└┌┬┴┼╟╙╓╥╨╫';
    const rightDouble = '═╞╘╒╤╧╪╠╚╔╦╩╬';
    const up = '│┤├└┘┴┼╡╞╛╘╧╪';
    const upDouble = '║╢╟╜╙╨╫╣╠╝╚╩╬';
    const down = '│┤├┐┌┬┼╡╞╕╒╤╪';
    const downDouble = '║╢╟╖╓╥╫╣╠╗╔╦╬';
    const edge = (character: string, bit: number): number[] =>
      [...glyph(character)].flatMap((b, y) => (b & bit ? [y] : []));
    const all = '│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌';
    for (const c of all) {
      const expected = (single: string, double: string, one: number[], two: number[]): number[] =>
        double.includes(c) ? two : single.includes(c) ? one : [];
      expect(edge(c, 0x80), `${c} left`).toEqual(expected(left, leftDouble, [7], [6, 8]));
      expect(edge(c, 0x01), `${c} right`).toEqual(expected(right, rightDouble, [7], [6, 8]));
      const upright = (single: string, double: string): number =>
        double.includes(c) ? 0x66 : single.includes(c) ? 0x18 : 0;
      expect(glyph(c)[0], `${c} up`).toBe(upright(up, upDouble));
      expect(glyph(c)[15], `${c} down`).toBe(upright(down, downDouble));
    }
  });

  it('has blocks that fill their halves', () => {
    expect([...glyph('█')]).toEqual(Array(16).fill(0xff));
    expect([...glyph('▀')]).toEqual([...Array(8).fill(0xff), ...Array(8).fill(0)]);
    expect([...glyph('▄')]).toEqual([...Array(8).fill(0), ...Array(8).fill(0xff)]);
    expect([...glyph('▌')]).toEqual(Array(16).fill(0xf0));
    expect([...glyph('▐')]).toEqual(Array(16).fill(0x0f));
  });

  it('is what its generator makes of its sources', (ctx) => {
    const script = fileURLToPath(new URL('../../scripts/generate-font.mjs', import.meta.url));
    if (!existsSync(new URL('../../dist/index.js', import.meta.url))) ctx.skip('the package is not built');
    execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' });
  });
});
