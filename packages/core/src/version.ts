/** The version of this package: snapshots name it as their creator. A test compares it with package.json. */
export const CORE_VERSION = '0.0.0';
