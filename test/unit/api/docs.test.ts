import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ROUTE_TABLE } from '../../../src/api/route-table.js';

const page = readFileSync('docs/api.md', 'utf8');

test.each(ROUTE_TABLE)('docs/api.md tells of $method $url and of each code it may answer', ({ url, route }) => {
  expect(page).toContain(url.replaceAll(/:(\w+)/g, '{$1}'));
  for (const code of route.errors) expect(page).toContain(`\`${code}\``);
});
