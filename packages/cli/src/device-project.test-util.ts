import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './cli-process.test-util.ts';

const core = fileURLToPath(new URL('../../core', import.meta.url));

/** A device with two ports: the first holds a byte, the second gives the first byte of its ROM. */
export const LAMP = `
import { defineDevice } from '@picovm/core';
export const lamp = defineDevice({
  type: 'lamp',
  apiVersion: 1,
  description: 'a lamp with a brightness',
  options: {
    base: { type: 'integer', min: 0, max: 0xfffe, default: 0x510, hex: true, description: 'first of its two ports' },
    colour: { type: 'string', choices: ['red', 'green'], default: 'red', description: 'its colour' },
    dim: { type: 'boolean', default: false, description: 'whether it begins dimmed' },
    rom: { type: 'bytes', maxLength: 16, description: 'what its second port gives' },
    output: { type: 'function', description: 'takes the brightness' },
  },
  ranges: [{ space: 'port', base: { option: 'base' }, length: 2, width: { max: 1 }, label: 'lamp' }],
  irqs: [5],
  create({ rom, dim }, { ranges }) {
    const first = dim ? 1 : 9;
    let level = first;
    return {
      attach(context) {
        const changes = context.metrics.counter('changes');
        context.claimPorts(ranges[0], {
          read: (offset) => (offset === 0 ? level : (rom?.[0] ?? 0xff)),
          write(_offset, _size, value) { level = value; changes.value++; },
        });
      },
      reset() { level = first; },
      snapshot: () => ({ version: 1, level }),
      restore(state) { level = state.level; },
    };
  },
});
export function helper() {}
`;

/** A module with a device type of each of these names, and nothing else to it. */
export function modules(...names: string[]): string {
  const device = (name: string): string => {
    return `export const ${name} = defineDevice({ type: '${name}', apiVersion: 1, description: 'a ${name}', create });`;
  };
  const create = 'const create = () => ({ attach() {} });';
  return ["import { defineDevice } from '@picovm/core';", create, ...names.map(device)].join('\n');
}

/** A user's project with @picovm/core installed. */
export class DeviceProject {
  /** Its folder. */
  readonly path: string = temporaryFolder();

  constructor() {
    this.write('package.json', '{ "type": "module" }');
    mkdirSync(join(this.path, 'node_modules/@picovm'), { recursive: true });
    symlinkSync(core, join(this.path, 'node_modules/@picovm/core'), 'junction');
  }

  write(name: string, text: string | Uint8Array): void {
    const path = join(this.path, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
  }

  /** Installs a package, for import only, as packages of ES modules are. @param manifest further fields of it */
  install(name: string, source: string, manifest: object = {}): void {
    const folder = `node_modules/${name}`;
    const exports = { '.': { import: './index.js' } };
    this.write(
      `${folder}/package.json`,
      JSON.stringify({ name, version: '1.2.3', type: 'module', exports, ...manifest }),
    );
    this.write(`${folder}/index.js`, source);
  }
}
