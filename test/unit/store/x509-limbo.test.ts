import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runLimboVectors } from '../../../tools/vectors/limbo.js';

const VECTORS = new URL('../../../../shared/vectors/x509-limbo-selection.json', import.meta.url);
const haveVectors = existsSync(VECTORS);
if (!haveVectors) console.log('x509-limbo: skipped, ../shared/vectors is not there');

test.runIf(haveVectors)('x509-limbo: all 41 of the selection as asked, without an exception', async () => {
  const results = await runLimboVectors(JSON.parse(readFileSync(VECTORS, 'utf8')));
  expect(results).toHaveLength(41);
  expect(results.filter(({ expected, got }) => expected !== got)).toEqual([]);
});
