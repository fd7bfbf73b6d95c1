import { splitAtCommas } from '../options/split-at-commas.ts';
import { UsageError } from '../usage-error.ts';

/** What `--device NAME#export,option=value,…` says, before anything is known of the device. */
export interface DeviceArgument {
  /** The whole text, for messages. */
  readonly text: string;
  /** A built-in type, a package, or a path. */
  readonly name: string;
  /** Which export, where it is said. */
  readonly exportName: string | undefined;
  /** The options in their order; a name alone has no value. */
  readonly options: ReadonlyMap<string, string | undefined>;
}

/** An export behind the name; whatever else follows a `#` belongs to a file's name. */
const NAME = /^(.*?)(?:#([\p{ID_Start}$_][\p{ID_Continue}$]*))?$/su;

/** Reads the value of one `--device`. @throws UsageError naming the part that cannot be read */
export function parseDeviceArgument(text: string): DeviceArgument {
  const [first, ...rest] = splitAtCommas(text);
  const [, name = '', exportName] = NAME.exec(first) ?? [];
  if (name === '') throw new UsageError(`--device '${text}' has no name: write it like uart16550,id=com2,base=0x2f8`);
  const options = new Map<string, string | undefined>();
  for (const item of rest) {
    const at = item.indexOf('=');
    const option = at < 0 ? item : item.slice(0, at);
    if (option === '') {
      throw new UsageError(
        `--device ${text}: '${item}' is no option: write it like base=0x510 (,, is a comma in a value)`,
      );
    }
    if (options.has(option)) throw new UsageError(`--device ${text}: the option '${option}' is given twice`);
    options.set(option, at < 0 ? undefined : item.slice(at + 1));
  }
  return { text, name, exportName, options };
}
