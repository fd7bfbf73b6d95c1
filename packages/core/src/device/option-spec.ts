/** What every option of a device says. */
interface CommonOption {
  /** One line for people: what it is for, with its unit. */
  readonly description: string;
  /** Whether there is no device without it. Default false. */
  readonly required?: boolean;
}

/** A whole number. On a command line decimal, or `0x` and hexadecimal. */
export interface IntegerOption extends CommonOption {
  /** Which kind of option it is. */
  readonly type: 'integer';
  /** The smallest value. */
  readonly min: number;
  /** The largest value. */
  readonly max: number;
  /** Values are multiples of it. Default 1. */
  readonly multipleOf?: number;
  /** What it is if it is not given. */
  readonly default?: number;
  /** Whether lists show it in hexadecimal: addresses. Default false. */
  readonly hex?: boolean;
}

/** Yes or no. On a command line `true` or `false`, or the name alone for `true`. */
export interface BooleanOption extends CommonOption {
  /** Which kind of option it is. */
  readonly type: 'boolean';
  /** What it is if it is not given. */
  readonly default?: boolean;
}

/** Text, or one of some words. */
export interface StringOption extends CommonOption {
  /** Which kind of option it is. */
  readonly type: 'string';
  /** The only values, if there are such. */
  readonly choices?: readonly string[];
  /** What it is if it is not given. */
  readonly default?: string;
}

/** Bytes, such as a ROM. On a command line the name of a file. */
export interface BytesOption extends CommonOption {
  /** Which kind of option it is. */
  readonly type: 'bytes';
  /** How many at most. */
  readonly maxLength: number;
}

/**
 * A function of the host: where output goes. Only for programs, not for command lines. Say its type with
 * `{ type: 'function', … } as FunctionOption<(bytes: Uint8Array) => void>`.
 */
export interface FunctionOption<F = (...args: never[]) => unknown> extends CommonOption {
  /** Which kind of option it is. */
  readonly type: 'function';
  /** Never set: it carries the type of the function. */
  readonly signature?: F;
}

/** An option of a device, as data. */
export type DeviceOption = IntegerOption | BooleanOption | StringOption | BytesOption | FunctionOption;

/** The options of a device by name. `id` is not among them: every device has that. */
export type DeviceOptions = Readonly<Record<string, DeviceOption>>;

/** The type of an option's value. */
export type OptionValue<O> = O extends { readonly type: 'integer' }
  ? number
  : O extends { readonly type: 'boolean' }
    ? boolean
    : O extends { readonly type: 'string'; readonly choices: readonly (infer C)[] }
      ? C
      : O extends { readonly type: 'string' }
        ? string
        : O extends { readonly type: 'bytes' }
          ? Uint8Array
          : O extends FunctionOption<infer F>
            ? F
            : never;

type RequiredNames<S> = { [K in keyof S]: S[K] extends { readonly required: true } ? K : never }[keyof S];
type KnownNames<S> =
  | { [K in keyof S]: S[K] extends { readonly default: unknown } ? K : never }[keyof S]
  | RequiredNames<S>;

/** What a device's factory takes: `id` and the options, of which those not required may be left out. */
export type OptionsInput<S> = { readonly id?: string } & { readonly [K in RequiredNames<S>]: OptionValue<S[K]> } & {
  readonly [K in Exclude<keyof S, RequiredNames<S>>]?: OptionValue<S[K]> | undefined;
};

/** The options as `create` gets them: checked, and with the defaults filled in. */
export type ResolvedOptions<S> = { readonly id: string } & { readonly [K in KnownNames<S>]: OptionValue<S[K]> } & {
  readonly [K in Exclude<keyof S, KnownNames<S>>]: OptionValue<S[K]> | undefined;
};
