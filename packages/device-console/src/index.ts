export { ConsoleLog, type ConsoleLogOptions } from './console-log.ts';
export { type DebugConsole, type DebugConsoleOptions, debugConsole } from './debug-console.ts';
export type { Output } from './output/output.ts';
export {
  type ModemLines,
  type ReceiveError,
  type Uart16550,
  type Uart16550Options,
  uart16550,
} from './uart/uart16550.ts';
