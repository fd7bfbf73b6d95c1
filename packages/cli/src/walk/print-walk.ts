import type { WalkSettings } from '../options/walk-settings.ts';
import { jsonText } from '../output/json-text.ts';
import { formatReport } from './format-report.ts';
import type { Inspected } from './inspected.ts';
import { walkReport } from './walk-report.ts';

/** Prints how the CPU of a stopped machine translates addresses. */
export function printWalk(inspected: Inspected, settings: WalkSettings, json: boolean): void {
  const report = walkReport(inspected, settings);
  console.log(json ? jsonText(report) : formatReport(report));
}
