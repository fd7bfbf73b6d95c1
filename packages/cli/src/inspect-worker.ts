// A worker that `picovm devices` starts for each package: what the package does when it is imported, from a loop without
// end to `process.exit()`, ends with the worker, and not the list.

import { parentPort, workerData } from 'node:worker_threads';
import { inspect } from './devices/inspection.ts';

const { directory, specifier } = workerData as { directory: string; specifier: string };
void inspect(directory, specifier).then((inspection) => parentPort?.postMessage(inspection));
