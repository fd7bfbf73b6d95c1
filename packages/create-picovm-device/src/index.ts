export { CreateError } from './create-error.ts';
export { LICENCES } from './licences.ts';
export type { Settings } from './settings.ts';
export { type ProjectFile, projectFiles } from './template.ts';
