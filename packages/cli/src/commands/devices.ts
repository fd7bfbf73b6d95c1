import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type CatalogueEntry, deviceCatalogue } from '../devices/device-catalogue.ts';
import { EXIT_STATUS } from '../exit-status.ts';
import { LIST_OPTIONS } from '../options/option-table.ts';
import { parseArgs } from '../options/parse-args.ts';
import { formatDevices } from '../output/device-list.ts';
import { usesColour } from '../output/uses-colour.ts';
import { UsageError } from '../usage-error.ts';
import { version } from '../version.ts';

/** `picovm devices`: the device types that `--device` takes here. */
export async function devices(args: readonly string[]): Promise<number> {
  const { options, operands } = parseArgs('devices', args, LIST_OPTIONS);
  if (operands.length > 1)
    throw new UsageError(`devices takes at most one directory, but got '${operands.join("' and '")}'`);
  const entries = await deviceCatalogue(directoryAt(operands[0] ?? '.'));
  if (options.json) console.log(JSON.stringify(entries.map(asJson), null, 2));
  else
    console.log(formatDevices(entries, version(), usesColour() ? (text) => `\x1b[1m${text}\x1b[0m` : (text) => text));
  return EXIT_STATUS.ok;
}

function directoryAt(path: string): string {
  const info = statSync(path, { throwIfNoEntry: false });
  if (info === undefined) throw new UsageError(`${path}: no such directory`);
  if (!info.isDirectory()) throw new UsageError(`${path} is no directory: give the one where to look for packages`);
  return resolve(path);
}

function asJson(entry: CatalogueEntry): object {
  const { device, package: info } = entry;
  const about = { device, builtIn: info === undefined, package: info ?? null };
  return 'problem' in entry ? { ...about, problem: entry.problem } : { ...about, ...entry.manifest };
}
