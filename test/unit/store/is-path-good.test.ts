import { expect, test } from 'vitest';
import { createStorePki } from '../../../dev/store/pki.js';
import { createVerifier, isPathGood } from '../../../src/store/index.js';
import { AT, DAY_MS, later, NOTIFICATION, ORDER } from './signed-evidence.js';

test('whether the certificates held is told apart from all else, and not told where they were not looked at', async () => {
  const [pki, foreign] = await Promise.all([createStorePki({ now: AT }), createStorePki({ now: AT })]);
  const verifier = createVerifier({ trustedRoots: [pki.rootFingerprint] });
  const isGood = async (evidence: string, at = AT) => isPathGood((await verifier.verify(evidence, at)).checks);
  const jws = await pki.sign(ORDER);
  // The second time they are known.
  for (const evidence of [jws, jws, await pki.sign(NOTIFICATION), await pki.sign('7'), `${jws.slice(0, -2)}AA`]) {
    expect(await isGood(evidence)).toBe(true);
  }
  expect(await isGood(jws, later(900 * DAY_MS))).toBe(true);
  expect(await isGood(await foreign.sign(ORDER))).toBe(false);
  expect(await isGood(await pki.sign(ORDER, { header: { x5c: [] } }))).toBe(false);
  for (const evidence of ['receipt', await pki.sign(ORDER, { header: { alg: 'none' } })]) expect(await isGood(evidence)).toBeUndefined();
});
