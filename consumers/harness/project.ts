import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inject } from 'vitest';
import { type Output, type RunOptions, runCommand } from './run-command.ts';

/** The package managers that users may have. */
export type Manager = 'npm' | 'pnpm';

/** What `emptyProject` takes. */
export interface ProjectOptions {
  /** Which of this repository's packages to install, by name; with what they depend on. */
  readonly packages?: readonly string[];
  /** Which packages of others to install as devDependencies, from the registry: version range by name. */
  readonly registry?: Readonly<Record<string, string>>;
  /** What installs. Default `npm`. */
  readonly manager?: Manager;
  /** Files to write before the installation: contents by path. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** More fields for package.json. */
  readonly manifest?: Readonly<Record<string, unknown>>;
}

/** Somebody's project, outside the repository. */
export class Project implements AsyncDisposable {
  /** The absolute path of its folder. */
  readonly dir: string;
  readonly #home: string;

  /** Use `emptyProject` or `projectIn`. `home` is deleted in the end, with all that is in it. */
  constructor(dir: string, home: string) {
    this.dir = dir;
    this.#home = home;
  }

  /** Writes a file; `path` is relative to the project. */
  async write(path: string, contents: string | Uint8Array): Promise<void> {
    const file = join(this.dir, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, contents);
  }

  /** Reads a text file; `path` is relative to the project. */
  read(path: string): Promise<string> {
    return readFile(join(this.dir, path), 'utf8');
  }

  /** Runs a command in the project's folder, and returns how it went. */
  run(command: string, args: readonly string[] = [], options: RunOptions = {}): Promise<Output> {
    return runCommand(this.dir, command, args, options);
  }

  /** Runs a command that has to succeed, and returns its standard output. Otherwise throws an Error with all its output. */
  async must(command: string, args: readonly string[] = [], options: RunOptions = {}): Promise<string> {
    const { status, stdout, stderr } = await this.run(command, args, options);
    if (status !== 0) throw new Error(`${[command, ...args].join(' ')}: exit status ${status}\n${stdout}${stderr}`);
    return stdout;
  }

  /** Runs a JavaScript file on the Node that runs the tests; it has to succeed. Returns its standard output. */
  node(...args: readonly string[]): Promise<string> {
    return this.must(process.execPath, args);
  }

  /**
   * Installs what package.json asks for. Wherever it, or a package that it asks for, names a package of this repository, the
   * tarball is installed, because no registry has it. Throws an Error with the package manager's output if that fails.
   * @returns the package manager's output
   */
  async install(manager: Manager = 'npm', { timeoutMs = 150_000, ...rest }: RunOptions = {}): Promise<Output> {
    const options = { ...rest, timeoutMs };
    const manifest = JSON.parse(await this.read('package.json'));
    const tarballs = Object.fromEntries(
      Object.entries(inject('tarballs')).map(([name, path]) => [name, `file:${path}`]),
    );
    for (const field of ['dependencies', 'devDependencies', 'optionalDependencies']) {
      for (const name of Object.keys(manifest[field] ?? {})) {
        if (Object.hasOwn(tarballs, name)) manifest[field][name] = tarballs[name];
      }
    }
    // npm reads overrides here and pnpm reads them from pnpm-workspace.yaml.
    if (manager === 'npm') manifest.overrides = { ...manifest.overrides, ...tarballs };
    else await this.write('pnpm-workspace.yaml', JSON.stringify({ packages: ['.'], overrides: tarballs }));
    await this.write('package.json', `${JSON.stringify(manifest, null, 2)}\n`);
    const result =
      manager === 'npm'
        ? await this.run('npm', ['install', '--prefer-offline'], options)
        : await this.run(process.execPath, [PNPM, 'install', '--prefer-offline', '--store-dir', '../store'], options);
    const { status, stdout, stderr } = result;
    if (status === null) throw new Error(`${manager} install took more than ${timeoutMs} ms:\n${stdout}${stderr}`);
    if (status !== 0) throw new Error(`${manager} install failed:\n${stdout}${stderr}`);
    return result;
  }

  /** Deletes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#home, { recursive: true, force: true, maxRetries: 3 });
  }
}

const PNPM = join(import.meta.dirname, '..', '..', 'node_modules', 'pnpm', 'bin', 'pnpm.mjs');

/** Makes a project in a new folder, with nothing in it but what is asked for, and installs that. */
export async function emptyProject(options: ProjectOptions = {}): Promise<Project> {
  const { packages = [], registry, manager = 'npm', files = {}, manifest } = options;
  const home = await realpath(await mkdtemp(join(tmpdir(), 'picovm-user-')));
  const project = new Project(join(home, 'project'), home);
  try {
    const dependencies = Object.fromEntries(packages.map((name) => [name, '*']));
    const fields = { name: 'my-project', private: true, type: 'module', dependencies, devDependencies: registry };
    await project.write('package.json', JSON.stringify({ ...fields, ...manifest }));
    for (const [path, contents] of Object.entries(files)) await project.write(path, contents);
    if (packages.length > 0 || registry !== undefined) await project.install(manager);
    return project;
  } catch (error) {
    await project[Symbol.asyncDispose]();
    throw error;
  }
}

/** A project in a folder inside another project: what a command made there. It goes when the other one goes. */
export function projectIn(parent: Project, path: string): Project {
  const dir = join(parent.dir, path);
  return new Project(dir, dir);
}
