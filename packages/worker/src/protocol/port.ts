/** One end of a way on which messages cross, in order, as structured clones. */
export interface Port {
  /** Sends a message. @param transfer buffers that move instead of being copied. @throws DataCloneError */
  post(message: unknown, transfer?: ArrayBuffer[]): void;
  /** Takes what the other end sends, from now on. Called once. */
  listen(onMessage: (message: unknown) => void): void;
}

/** The end at which the host program is. */
export interface HostPort extends Port {
  /** What is probably wrong if the other side never says that it is there: `its module must …`. */
  readonly hint: string;
  /** Calls back, at most once, when nothing will come any more although nobody asked for it. Called once. */
  onLost(lost: (reason: LostReason) => void): void;
  /** Whether the machine keeps the host program alive. */
  keepAlive(alive: boolean): void;
  /** Ends the other side, whatever it is doing, and resolves when it is gone. Idempotent. */
  terminate(): Promise<void>;
}

/** Why the other side is gone. */
export interface LostReason {
  /** A sentence without its subject: `ended with exit code 1`. */
  readonly what: string;
  /** What was thrown there, if anything was. */
  readonly cause?: unknown;
}
