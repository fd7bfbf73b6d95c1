import { PC_MACHINE_OPTIONS, PC_SAVED_OPTIONS, SESSION_OPTIONS } from './pc-options.ts';

/** One option of the command line, as data: the parser and the help text are made from it. */
export interface OptionSpec {
  /** What stands for the value in the help; without it the option is a switch. */
  readonly value?: string;
  /** May be given several times. */
  readonly multiple?: boolean;
  readonly help: string;
}

/** Those of `picovm run` that are for every machine, or for the small one. */
const COMMON_OPTIONS = {
  accel: { value: 'auto|kvm|interp', help: 'what runs the guest (default: auto, the best that can run here)' },
  cpu: {
    value: 'MODEL',
    help: 'the processor, on the interpreter: 8086, 386, ... pentium4, pentium3+sse2-pse36 (default: pentium4)',
  },
  machine: {
    value: 'pico|pc',
    help: 'which machine to build (default: pico; pc if --disk, --floppy, --cdrom, --kernel or --bios is given)',
  },
  memory: { value: 'SIZE', help: 'guest memory: 4K, 16M, ... (default: 1M; of a pc 64M)' },
  device: {
    value: 'NAME[,OPTION=VALUE...]',
    multiple: true,
    help: "one more device: built in, a package, a file; see 'picovm devices'",
  },
  load: { value: 'ADDR', help: 'where the image goes (default: 0x7c00 for a boot sector, else 0)' },
  entry: { value: 'CS:IP|ADDR', help: 'where the CPU starts (default: at the load address)' },
  screen: {
    value: 'final|live|none',
    help: 'the screen: at the end, as it changes, not at all (default: final; of a pc, on a terminal, live)',
  },
  serial: { value: 'stdio|none|file:PATH', help: 'COM1 and debug port 0xe9 (default: stdout; stdio also reads stdin)' },
  timeout: { value: 'DURATION', help: 'end the run after 5s, 500ms, 2m, ...' },
  'max-exits': { value: 'N', help: 'end the run after N exits' },
  trace: { value: 'exits|io|mmio', help: 'print one line an exit, on stderr' },
  registers: { help: 'print the registers at the end' },
  dump: { value: 'ADDR:LEN', multiple: true, help: 'print guest memory at the end, in hex and ASCII' },
  screenshot: { value: 'FILE', help: 'write a picture of the screen at the end, as PNG' },
  png: { value: 'FILE', help: 'the same by its other name' },
  'snapshot-on-stop': { value: 'FILE', help: "write a snapshot however the run ends, for 'picovm resume'" },
  json: { help: 'print one JSON object instead of text' },
  help: { help: 'print this help' },
} as const;

/** The options of `picovm run`. */
export const RUN_OPTIONS: typeof COMMON_OPTIONS & typeof PC_MACHINE_OPTIONS & typeof SESSION_OPTIONS = {
  ...COMMON_OPTIONS,
  ...PC_MACHINE_OPTIONS,
  ...SESSION_OPTIONS,
};

/** What `picovm resume` does not take: the snapshot says it. */
export const SAVED_OPTIONS: readonly (keyof typeof RUN_OPTIONS)[] = [
  'cpu',
  'machine',
  'memory',
  'load',
  'entry',
  ...PC_SAVED_OPTIONS,
];

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

const OF_GUEST = ['accel', 'cpu', 'machine', 'memory', 'device', 'load', 'entry', 'timeout', 'max-exits'] as const;

type GuestOptionName = (typeof OF_GUEST)[number] | keyof typeof PC_MACHINE_OPTIONS;

/** The options of `picovm run` that say how far its guest gets: a snapshot says it, too. */
export const GUEST_OPTIONS: readonly GuestOptionName[] = [
  ...OF_GUEST,
  ...(Object.keys(PC_MACHINE_OPTIONS) as (keyof typeof PC_MACHINE_OPTIONS)[]),
];

type GuestOption = GuestOptionName | 'json' | 'help';

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
