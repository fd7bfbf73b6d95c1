/** Where a VM and its devices report what a person may want to know. `console` is one. */
export interface Logger {
  /** Detail for who looks for a fault. */
  debug(message: string): void;
  /** Worth knowing, nothing wrong: the guest touched an address that nobody owns. */
  info(message: string): void;
  /** Something is not as it should be, and goes on. */
  warn(message: string): void;
  /** Something failed. */
  error(message: string): void;
}

const ignore = (): void => {};

/** The default: a VM is silent unless its user passes a logger. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** A logger that puts `prefix` before every message, so that a device need not name itself. */
export function prefixLogger(logger: Logger, prefix: string): Logger {
  if (logger === silentLogger) return logger;
  return {
    debug: (message) => logger.debug(`${prefix}: ${message}`),
    info: (message) => logger.info(`${prefix}: ${message}`),
    warn: (message) => logger.warn(`${prefix}: ${message}`),
    error: (message) => logger.error(`${prefix}: ${message}`),
  };
}
