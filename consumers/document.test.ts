import { describe, expect, test } from 'vitest';
import { missingLine, stepsOf } from './harness/document.ts';
import { emptyProject } from './harness/index.ts';
import { playDocument } from './harness/play-document.ts';

// What plays the guides: it has to notice when they are wrong.
const fence = (language: string, ...lines: string[]) => [`\`\`\`${language}`, ...lines, '```', ''].join('\n');

describe('the blocks of a document', () => {
  test('are files, commands, and what these print', () => {
    const markdown = [
      'Text with `code`.\n',
      fence('js', '// a/b.js', 'go();'),
      fence('json', '// c.json', '{}'),
      fence('sh', '# a comment', 'npm install x  # another', '', 'node a/b.js'),
      fence('text', 'out', '', 'put', ''),
    ].join('\n');
    expect(stepsOf(markdown)).toEqual([
      { kind: 'file', line: 3, path: 'a/b.js', text: '// a/b.js\ngo();\n' },
      { kind: 'file', line: 8, path: 'c.json', text: '{}\n' },
      { kind: 'commands', line: 13, lines: ['npm install x', 'node a/b.js'] },
      { kind: 'output', line: 20, lines: ['out', '', 'put'] },
    ]);
  });

  test.each([
    ['js', 'go();'],
    ['ts', '// not a path', 'go();'],
    ['', 'what is this?'],
    ['bash', 'node a.js'],
  ])('cannot be what nothing tests: %s', (...block) => {
    const [language, ...lines] = block;
    expect(() => stepsOf(`\n\n${fence(language, ...lines)}`)).toThrow(/^line 3: a '\w*' block without a path/);
  });
});

describe('what a document says that is printed', () => {
  test.each([
    ['a\nb', ['a', 'b']],
    ['a  \n\nb\n', ['a', '', 'b']],
    ['x\na\ny\nb', ['…', 'a', '…', 'b']],
    ['a\nb\nc', ['a', '…']],
    ['a 1.5 (ms)\n', ['a … (ms)']],
  ])('%j is as expected: %j', (printed, expected) => expect(missingLine(expected, printed)).toBeUndefined());

  test.each([
    ['a', ['a', 'b'], 'b'],
    ['a\nx\nb', ['a', 'b'], 'b'],
    ['b\na', ['…', 'a', 'b'], 'b'],
    ['axb', ['a.b'], 'a.b'],
    ['a\nb', ['a'], 'nothing after that, but it prints: b'],
  ])('%j is not as expected: %j', (printed, expected, missing) => expect(missingLine(expected, printed)).toBe(missing));
});

test('a document is wrong where a command fails, is unknown, or prints something else', async () => {
  await using project = await emptyProject();
  const file = fence('js', '// a.js', "console.log('one');");
  await playDocument(project, `${file}${fence('sh', 'node a.js')}${fence('text', 'one')}`);
  const wrong = (markdown: string) => expect(playDocument(project, file + markdown)).rejects;
  await wrong(`${fence('sh', 'node a.js')}${fence('text', 'two')}`).toThrow(
    /^line 8: this does not come: two\n.*\none/s,
  );
  await wrong(fence('sh', 'node b.js')).toThrow(/^line 5: .*Cannot find module/s);
  await wrong(fence('sh', 'rm -r .')).toThrow('line 5: no reader has the command rm');
});
