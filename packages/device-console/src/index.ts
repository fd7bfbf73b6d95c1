export { ConsoleLog, type ConsoleLogOptions } from './console-log.ts';
export { type DebugConsole, type DebugConsoleOptions, debugConsole } from './debug-console.ts';
export type { OnOutputError, Output } from './output/output.ts';
export { uart16550 } from './uart/uart16550.ts';
export type { ModemLines, ReceiveError, Uart16550, Uart16550Options } from './uart/uart16550-types.ts';
