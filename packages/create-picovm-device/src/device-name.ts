import { CreateError } from './create-error.ts';
import { templateNames } from './template-files.ts';

/** The names of one device package, all made from one. */
export interface DeviceNames {
  /** Of the package: `picovm-device-my-timer`, or `@scope/picovm-device-my-timer`. */
  readonly packageName: string;
  /** Of the folder: the package's name without its scope. */
  readonly folder: string;
  /** Of the device type: `my-timer`. */
  readonly type: string;
  /** Of its factory in JavaScript: `myTimer`. */
  readonly factory: string;
}

const PREFIX = 'picovm-device-';
const SCOPE = /^@[a-z0-9][a-z0-9._~-]*$/;
const TYPE = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const NPM_MAX_LENGTH = 214;

// Words that JavaScript keeps for itself in a module. The names that the template's files have are taken, too.
const RESERVED = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends ' +
    'false finally for function if implements import in instanceof interface let new null package private protected ' +
    'public return static super switch this throw true try typeof undefined var void while with yield'
  ).split(' '),
);

/**
 * The names that follow from what a user calls a device: `my-timer`, `picovm-device-my-timer`, or either with a scope.
 * @throws CreateError if no npm package or no device type can have the name
 */
export function deviceNames(given: string): DeviceNames {
  const slash = given.startsWith('@') ? given.indexOf('/') : -1;
  const scope = given.slice(0, Math.max(slash, 0));
  const plain = given.slice(slash + 1);
  const type = plain.startsWith(PREFIX) ? plain.slice(PREFIX.length) : plain;
  if (!TYPE.test(type) || (scope !== '' && !SCOPE.test(scope))) {
    throw new CreateError(
      `'${given}' cannot be the name of a device: take lower-case letters, digits and single dashes, beginning with a ` +
        'letter, such as my-timer, or @my-scope/my-timer',
    );
  }
  const folder = PREFIX + type;
  const packageName = scope === '' ? folder : `${scope}/${folder}`;
  if (packageName.length > NPM_MAX_LENGTH) {
    throw new CreateError(`the name ${packageName} is too long: npm takes at most ${NPM_MAX_LENGTH} characters`);
  }
  return { packageName, folder, type, factory: factoryName(type) };
}

function factoryName(type: string): string {
  const camel = type.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const taken = RESERVED.has(camel) || templateNames().has(camel);
  return taken ? `my${camel[0].toUpperCase()}${camel.slice(1)}` : camel;
}
