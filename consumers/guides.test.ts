import { readdirSync, readFileSync } from 'node:fs';
import { inject, test } from 'vitest';
import { emptyProject, needsRegistry } from './harness/index.ts';
import { needsOthers, playDocument } from './harness/play-document.ts';

// The guides, played as a reader would who has nothing but them.
const guides = new URL('../docs/guides/', import.meta.url);

test.for(readdirSync(guides).filter((name) => name.endsWith('.md')))('docs/guides/%s', async (name, context) => {
  const markdown = readFileSync(new URL(name, guides), 'utf8');
  if (needsOthers(markdown, inject('tarballs'))) needsRegistry(context);
  await using project = await emptyProject();
  await playDocument(project, markdown);
});
