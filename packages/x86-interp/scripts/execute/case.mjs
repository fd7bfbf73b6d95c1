// What the files of cases share: the form of a case, and the pieces of several of them.

import * as p from './pieces.mjs';

/**
 * A case has handlers that it stands for, with their columns, and where the r/m operand must be: in a `register`, in one that changes
 * places with the register operand (`swap`), in `memory`. `jump` is a relative jump inside its page, `away` one to another page,
 * `once` a string instruction without REP, `plain` an instruction with no such operand.
 *
 * @typedef {[handler: string, column: number | number[], operand: string, condition?: number]} Handled
 *
 * @typedef {object} Label a number of the switch
 * @property {string} name what it does, for the reader
 * @property {string} [key] what the body calls it, if not by its name
 * @property {Handled[]} handlers
 *
 * @typedef {(key: string) => number[]} Numbers those of a label of the case
 *
 * @typedef {object} Case the labels that share a body
 * @property {Label[]} labels
 * @property {(op: Numbers) => string} body
 */

export const NAMES = ['8', '16', '32'];
export const ALL = [0, 1, 2];

/** A case with one label. @param {string} name @param {Handled[]} handlers @param {string} body @returns {Case} */
export function single(name, handlers, body) {
  return { labels: [{ name, handlers }], body: () => body };
}

/** `holds`: whether the condition in the record does. */
export const CONDITION = `let holds: boolean;
switch (${p.field('AUX')} & 15) {
${p.CONDITIONS.map(([, test], code) => `${code === 15 ? 'default' : `case ${code}`}:\nholds = ${test};\n${code === 15 ? '' : 'break;'}`).join('\n')}
}`;
