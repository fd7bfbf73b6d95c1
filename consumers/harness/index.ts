export { HELLO_ROW, helloImage, program } from './fixtures.ts';
export { BUN, bunOnMusl, MUSL, muslTrouble } from './musl.ts';
export { emptyProject, type Project, projectIn } from './project.ts';
export { needsRegistry } from './registry.ts';
