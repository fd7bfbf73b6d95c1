/** The environment variable that names the folder for what each test file of `npm run coverage` notes. */
export const NOTES = 'PICOVM_COVERAGE';

/** What one test file executed. */
export interface Note {
  readonly file: string;
  /** Keys of forms of the opcode table: see `formKey`. */
  readonly forms: readonly string[];
}
