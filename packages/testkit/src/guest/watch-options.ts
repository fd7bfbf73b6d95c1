/** What `watchGuest` takes. */
export interface WatchOptions {
  /**
   * What the screen shows: its rows, or all of it with line feeds. Called where it is looked at and not at each exit,
   * such as `() => renderText(vga.screen())`.
   */
  readonly screen?: () => readonly string[] | string;
  /** All that the guest has sent over its serial line so far, such as `() => log.text`. */
  readonly serial?: () => string;
  /** Sends text to the guest: over its serial line, as keys, or however the guest is told something. */
  readonly send?: (text: string) => void;
  /** Milliseconds of host time that one `run` or one `waitFor…` may take. Default 10,000. */
  readonly timeoutMs?: number;
  /** Exits that one `run` or one `waitFor…` may take. Default: no limit. */
  readonly maxExits?: number;
}

/** The limits of one `waitFor…`, where they differ from those of {@link WatchOptions}. */
export interface WaitOptions {
  /** Milliseconds of host time. */
  readonly timeoutMs?: number;
  /** Exits. */
  readonly maxExits?: number;
}
