import { missingLine, stepsOf } from './document.ts';
import { npmCreate } from './npm-create.ts';
import { type Project, projectIn } from './project.ts';

/** The commands that a document may use, and how they run here. */
const COMMANDS: Readonly<Record<string, (player: Player, args: string[]) => Promise<string>>> = {
  npm: runNpm,
  cd: (player, [path]) => player.enter(path),
  node: (player, args) => player.project.must(process.execPath, args),
  npx: (player, args) => player.project.must('npx', ['--no', ...args]),
};

/** Does what a document in Markdown says, in a project that is empty at first. Throws an Error naming the line that is wrong. */
export async function playDocument(project: Project, markdown: string): Promise<void> {
  const player = new Player(project);
  let printed = '';
  for (const step of stepsOf(markdown)) {
    try {
      if (step.kind === 'file') await player.project.write(step.path, step.text);
      if (step.kind === 'commands') printed = await player.runAll(step.lines);
      if (step.kind === 'output') expectPrinted(step.lines, printed);
    } catch (error) {
      throw new Error(`line ${step.line}: ${(error as Error).message}`, { cause: error });
    }
  }
}

/** Whether a document installs packages of others, or makes a project that does. */
export function needsOthers(markdown: string, ours: Readonly<Record<string, unknown>>): boolean {
  const lines = stepsOf(markdown).flatMap((step) => (step.kind === 'commands' ? step.lines : []));
  return lines.some((line) => {
    const [npm, command, ...args] = wordsOf(line);
    if (npm !== 'npm') return false;
    if (command === 'create') return true;
    return command === 'install' && args.some((arg) => !arg.startsWith('-') && !Object.hasOwn(ours, arg));
  });
}

class Player {
  project: Project;

  constructor(project: Project) {
    this.project = project;
  }

  /** Runs commands in turn. @returns what they print */
  async runAll(lines: readonly string[]): Promise<string> {
    let printed = '';
    for (const line of lines) {
      const [name, ...args] = wordsOf(line);
      if (!Object.hasOwn(COMMANDS, name)) throw new Error(`no reader has the command ${name}`);
      printed += await COMMANDS[name](this, args);
    }
    return printed;
  }

  async enter(path: string): Promise<string> {
    this.project = projectIn(this.project, path);
    return '';
  }
}

async function runNpm(player: Player, args: string[]): Promise<string> {
  const { project } = player;
  const [command, ...rest] = args;
  if (command === 'install') {
    await npmInstall(project, rest);
    return '';
  }
  if (command !== 'create') return project.must('npm', args);
  const [name, ...given] = rest.filter((arg) => arg !== '--');
  return npmCreate(project, name, given);
}

/** `npm install PACKAGE...`: a package of this repository comes from its tarball, one of others from the registry. */
async function npmInstall(project: Project, args: readonly string[]): Promise<void> {
  const field = args.includes('--save-dev') ? 'devDependencies' : 'dependencies';
  const manifest = JSON.parse(await project.read('package.json'));
  for (const wanted of args.filter((arg) => !arg.startsWith('-'))) {
    const at = wanted.indexOf('@', 1);
    const [name, range] = at < 0 ? [wanted, '*'] : [wanted.slice(0, at), wanted.slice(at + 1)];
    manifest[field] = { ...manifest[field], [name]: range };
  }
  await project.write('package.json', JSON.stringify(manifest));
  await project.install();
}

function wordsOf(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain,
  );
}

function expectPrinted(expected: readonly string[], printed: string): void {
  const missing = missingLine(expected, printed);
  if (missing !== undefined) throw new Error(`this does not come: ${missing}\n--- printed:\n${printed}`);
}
