/** One option of the command line, as data: the parser and the help text are made from it. */
export interface OptionSpec {
  /** What stands for the value in the help; without it the option is a switch. */
  readonly value?: string;
  /** May be given several times. */
  readonly multiple?: boolean;
  readonly help: string;
}

/** The options of `picovm run`. */
export const RUN_OPTIONS = {
  accel: { value: 'auto|kvm|interp', help: 'what runs the guest (default: auto, the best that can run here)' },
  cpu: {
    value: 'MODEL',
    help: 'the processor, on the interpreter: 8086, 386, ... pentium4, pentium3+sse2-pse36 (default: pentium4)',
  },
  machine: { value: 'pico', help: 'which machine to build (default: pico)' },
  memory: { value: 'SIZE', help: 'guest memory: 4K, 16M, ... (default: 1M)' },
  device: {
    value: 'NAME[,OPTION=VALUE...]',
    multiple: true,
    help: "one more device: built in, a package, a file; see 'picovm devices'",
  },
  load: { value: 'ADDR', help: 'where the image goes (default: 0x7c00 for a boot sector, else 0)' },
  entry: { value: 'CS:IP|ADDR', help: 'where the CPU starts (default: at the load address)' },
  screen: {
    value: 'final|live|none',
    help: 'the 80x25 screen: at the end, as it changes, not at all (default: final)',
  },
  serial: { value: 'stdio|none|file:PATH', help: 'COM1 and debug port 0xe9 (default: stdout; stdio also reads stdin)' },
  timeout: { value: 'DURATION', help: 'end the run after 5s, 500ms, 2m, ...' },
  'max-exits': { value: 'N', help: 'end the run after N exits' },
  trace: { value: 'exits|io|mmio', help: 'print one line an exit, on stderr' },
  registers: { help: 'print the registers at the end' },
  dump: { value: 'ADDR:LEN', multiple: true, help: 'print guest memory at the end, in hex and ASCII' },
  png: { value: 'FILE', help: 'write a picture of the screen at the end' },
  'snapshot-on-stop': { value: 'FILE', help: "write a snapshot however the run ends, for 'picovm resume'" },
  json: { help: 'print one JSON object instead of text' },
  help: { help: 'print this help' },
} as const;

/** What `picovm resume` does not take: the snapshot says it. */
export const SAVED_OPTIONS = ['cpu', 'machine', 'memory', 'load', 'entry'] as const;

/** What only `picovm resume` takes, or takes in its own way: which code of others it may import. */
export const IMPORT_OPTIONS = {
  device: { value: 'NAME', multiple: true, help: 'import this package or file, which the snapshot asks for' },
  'allow-devices': { help: 'import every package and file that the snapshot asks for' },
} as const;

/** The options of `picovm resume`. */
export const RESUME_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  ...Object.fromEntries(
    Object.entries(RUN_OPTIONS).filter(([name]) => !(SAVED_OPTIONS as readonly string[]).includes(name)),
  ),
  ...IMPORT_OPTIONS,
  accel: { ...RUN_OPTIONS.accel, help: 'what runs the guest (default: what it was taken on, where that can run)' },
};

/** What only `picovm walk` takes: what to look at. */
export const LOOK_OPTIONS = {
  address: {
    value: 'ADDR',
    multiple: true,
    help: 'a linear address to translate (default: of the instruction that the CPU is at)',
  },
  all: { help: 'list everything that the page tables map, and the memory slots' },
  access: { value: 'read|write|execute', help: 'judge this access (default: show what is allowed)' },
  user: { help: 'judge it at privilege level 3, not 0' },
  'physical-bits': { value: 'N', help: "the CPU's physical address bits (default: 36 on the interpreter, else 52)" },
  snapshot: { value: 'FILE', help: 'look at a snapshot, and run nothing' },
} as const;

/** The options of `picovm run` that say how far its guest gets: a snapshot says it, too. */
export const GUEST_OPTIONS = [
  'accel',
  'cpu',
  'machine',
  'memory',
  'device',
  'load',
  'entry',
  'timeout',
  'max-exits',
] as const;

type GuestOption = (typeof GUEST_OPTIONS)[number] | 'json' | 'help';

/** The options of `picovm walk`. */
export const WALK_OPTIONS: typeof LOOK_OPTIONS & Pick<typeof RUN_OPTIONS, GuestOption> = {
  ...LOOK_OPTIONS,
  ...(Object.fromEntries(
    [...GUEST_OPTIONS, 'json' as const, 'help' as const].map((name) => [name, RUN_OPTIONS[name]]),
  ) as Pick<typeof RUN_OPTIONS, GuestOption>),
};

/** The options of `picovm doctor` and `picovm devices`. */
export const LIST_OPTIONS = {
  json: { help: 'print one JSON object instead of text' },
  help: { help: 'print this help' },
} as const;

/** The options as lines of help. */
export function formatOptions(options: Readonly<Record<string, OptionSpec>>): string {
  const rows = Object.entries(options).map(([name, { value, help }]) => {
    return [`--${name}${value === undefined ? '' : ` ${value}`}`, help];
  });
  const width = Math.max(...rows.map(([flag]) => flag.length));
  return rows.map(([flag, help]) => `  ${flag.padEnd(width)}  ${help}`).join('\n');
}
