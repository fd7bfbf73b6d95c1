export { HELLO_ROW, helloImage, program } from './fixtures.ts';
export { emptyProject, type Project, projectIn } from './project.ts';
export { needsRegistry } from './registry.ts';
