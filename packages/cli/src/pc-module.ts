/** What a command does with the arguments behind its name. It never rejects. */
export type PcCommand = (args: readonly string[]) => Promise<number>;

/** The module with all that is for a `pc`. */
export interface PcModule {
  /** The commands that build a machine. */
  readonly commands: Readonly<Record<'run' | 'resume' | 'map' | 'walk', PcCommand>>;
  /** The devices of a PC that `--device` takes by their types. */
  readonly devices: readonly object[];
}
