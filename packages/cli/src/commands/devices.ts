import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type CatalogueEntry, deviceCatalogue, fileCatalogue } from '../devices/device-catalogue.ts';
import { isPath } from '../devices/device-name.ts';
import { EXIT_STATUS } from '../exit-status.ts';
import { LIST_OPTIONS } from '../options/option-table.ts';
import { parseArgs } from '../options/parse-args.ts';
import { formatDevices } from '../output/device-list.ts';
import { jsonText } from '../output/json-text.ts';
import { usesColour } from '../output/uses-colour.ts';
import { UsageError } from '../usage-error.ts';
import { version } from '../version.ts';

/** `picovm devices`: the device types that `--device` takes here, or those of one file. */
export async function devices(args: readonly string[]): Promise<number> {
  const { options, operands } = parseArgs('devices', args, LIST_OPTIONS);
  if (operands.length > 1)
    throw new UsageError(`devices takes at most one directory or file, but got '${operands.join("' and '")}'`);
  const entries = await cataloguedAt(operands[0] ?? '.');
  if (options.json) console.log(jsonText(entries.map(asJson)));
  else
    console.log(formatDevices(entries, version(), usesColour() ? (text) => `\x1b[1m${text}\x1b[0m` : (text) => text));
  return EXIT_STATUS.ok;
}

async function cataloguedAt(path: string): Promise<CatalogueEntry[]> {
  const info = statSync(path, { throwIfNoEntry: false });
  if (info?.isDirectory()) return deviceCatalogue(resolve(path));
  if (info?.isFile()) return fileCatalogue(isPath(path) ? path : `./${path}`, process.cwd());
  if (info !== undefined) throw new UsageError(`${path} is neither a directory nor a file`);
  throw new UsageError(`${path}: no such directory or file`);
}

function asJson(entry: CatalogueEntry): object {
  const { device, source } = entry;
  const builtIn = source === 'built-in';
  const file = !builtIn && 'file' in source ? { file: source.file } : {};
  const about = { device, builtIn, package: builtIn || 'file' in source ? null : source, ...file };
  return 'problem' in entry ? { ...about, problem: entry.problem } : { ...about, ...entry.manifest };
}
