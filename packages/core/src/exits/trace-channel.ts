import type { Exit } from './exit.ts';

/** The part of `node:diagnostics_channel` that is used here. */
interface Channel {
  readonly hasSubscribers: boolean;
  publish(message: unknown): void;
}

/** The name of the diagnostics channel that carries every exit of every VM in the process, as `Exit` objects. */
export const EXIT_CHANNEL = 'picovm:exit';

const channel = openChannel();

// Asked for at run time and not imported, because core also runs where there is no Node.
function openChannel(): Channel | undefined {
  const host = globalThis as {
    process?: { getBuiltinModule?: (id: string) => { channel(name: string): Channel } | undefined };
  };
  return host.process?.getBuiltinModule?.('node:diagnostics_channel')?.channel(EXIT_CHANNEL);
}

/** Whether somebody listens on the channel. */
export function hasExitSubscribers(): boolean {
  return channel?.hasSubscribers ?? false;
}

/** Tells those who listen. */
export function publishExit(exit: Exit): void {
  channel?.publish(exit);
}
