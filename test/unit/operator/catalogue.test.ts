import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runDropless } from '../../support/cli.js';
import { FILES } from '../../../tools/docs.js';

const ROOT = new URL('../../../', import.meta.url);

test.each(FILES)('$file is what the code says', ({ file, render }) => {
  expect(readFileSync(new URL(file, ROOT), 'utf8')).toBe(render());
});

test.each(['catalogue.example.json', 'dev/catalogue.json'])('%s passes its own check', async (file) => {
  const { status, out } = await runDropless(['catalogue', 'check', fileURLToPath(new URL(file, ROOT))]);
  expect(status).toBe(0);
  expect(out).toMatch(/^The catalogue is good: applications: 1, products: \d\.\n$/);
});
