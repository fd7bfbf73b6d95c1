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
 * A function of the host program: where output goes. Command lines cannot give one. Say its type with
 * `{ type: 'function', … } as FunctionOption<(bytes: Uint8Array) => void>`; of a required one with
 * `as FunctionOption<…> & { readonly required: true }`.
 * @typeParam F the type of the function
 */
export interface FunctionOption<F = (...args: never[]) => unknown> extends CommonOption {
  /** Which kind of option it is. */
  readonly type: 'function';
  /** Never set: it carries the type of the function. */
  readonly signature?: F;
}

/**
 * An object of the host program: a table of functions, a backend. Command lines cannot give one. Only that it is an
 * object is checked; what is in it is for `create` to check. Say its type as with {@link FunctionOption}.
 * @typeParam T the type of the object
 */
export interface ObjectOption<T extends object = object> extends CommonOption {
  /** Which kind of option it is. */
  readonly type: 'object';
  /** Never set: it carries the type of the object. */
  readonly signature?: T;
}

/** An option of a device, as data. */
export type DeviceOption = IntegerOption | BooleanOption | StringOption | BytesOption | FunctionOption | ObjectOption;

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
            : O extends ObjectOption<infer T>
              ? T
              : never;

/** What a device's factory takes: `id` and the options, of which those not required may be left out. */
export type OptionsInput<S> = { readonly id?: string } & {
  readonly [K in keyof S as S[K] extends { readonly required: true } ? K : never]: OptionValue<S[K]>;
} & {
  readonly [K in keyof S as S[K] extends { readonly required: true } ? never : K]?: OptionValue<S[K]> | undefined;
};

/** The options as `create` gets them: checked, and with the defaults filled in. */
export type ResolvedOptions<S> = { readonly id: string } & {
  readonly [K in keyof S]:
    | OptionValue<S[K]>
    | (S[K] extends { readonly default: unknown } | { readonly required: true } ? never : undefined);
};
