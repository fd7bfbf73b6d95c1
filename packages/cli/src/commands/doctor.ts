import type { Probe, Supports } from '@picovm/core';
import { selectAccelerator } from '@picovm/core';
import { accelerators } from '../choose-accelerator.ts';
import { EXIT_STATUS } from '../exit-status.ts';
import { LIST_OPTIONS } from '../options/option-table.ts';
import { parseArgs } from '../options/parse-args.ts';
import { UsageError } from '../usage-error.ts';

/** `picovm doctor`: what can run here, and if not, why, and what to do. */
export async function doctor(args: readonly string[]): Promise<number> {
  const { options, operands } = parseArgs('doctor', args, LIST_OPTIONS);
  if (operands.length > 0) throw new UsageError(`doctor takes no operand, but got '${operands[0]}'`);
  const selection = await selectAccelerator(await accelerators());
  const { candidates, accelerator, reason } = selection;
  const host = { node: process.version, platform: process.platform, architecture: process.arch };
  if (options.json) {
    const probes = candidates.map(({ accelerator: { name }, probe }) => ({ name, ...plainProbe(probe) }));
    console.log(
      JSON.stringify({ host, accelerators: probes, auto: { accelerator: accelerator.name, reason } }, null, 2),
    );
    return EXIT_STATUS.ok;
  }
  console.log(`host    Node ${host.node} on ${host.platform} ${host.architecture}`);
  for (const candidate of candidates) {
    for (const line of probeLines(candidate.accelerator.name, candidate.probe)) console.log(line);
  }
  console.log(`auto    picks ${accelerator.name} (${reason})`);
  return EXIT_STATUS.ok;
}

function probeLines(name: string, probe: Probe): string[] {
  const label = name.padEnd(8);
  const indent = ' '.repeat(label.length);
  if (!probe.available) {
    const hint = probe.hint === undefined ? [] : [`${indent}what to do: ${probe.hint}`];
    return [`${label}cannot run here: ${probe.reason} (${probe.code})`, ...hint];
  }
  const { modes, hardware, instructionCount } = probe.supports;
  const features = [
    `${modes.join(', ')} mode`,
    hardware ? 'runs on the hardware' : 'runs in software',
    ...(instructionCount ? ['counts instructions'] : []),
  ];
  return [
    `${label}can run here: ${features.join('; ')}`,
    ...(probe.implementation === undefined ? [] : [`${indent}uses ${probe.implementation}`]),
    ...(probe.note === undefined ? [] : [`${indent}note: ${probe.note}`]),
    ...((probe.lacks ?? []).length === 0 ? [] : [`${indent}lacks ${probe.lacks?.join(', ')}`]),
  ];
}

function plainProbe(probe: Probe): object {
  return probe.available ? { ...probe, supports: plainSupports(probe.supports) } : probe;
}

function plainSupports(supports: Supports): object {
  return { ...supports, exits: [...supports.exits] };
}
