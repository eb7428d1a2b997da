import { beforeEach, expect, test, vi } from 'vitest';
import { createStorePki } from '../../../dev/store/pki.js';
import { createVerifier } from '../../../src/store/index.js';
import * as door from '../../../src/store/verify-compact-es256.js';
import { runJwsVectors } from '../../../tools/vectors/jws.js';
import { AT, ORDER } from './signed-evidence.js';

vi.mock(import('../../../src/store/verify-compact-es256.js'), async (importOriginal) => {
  const original = await importOriginal();
  return { ...original, verifyCompactEs256: vi.fn(original.verifyCompactEs256) };
});
beforeEach(() => {
  vi.mocked(door.verifyCompactEs256).mockClear();
});

test('a purchase in production and a published vector enter the same function', async () => {
  const pki = await createStorePki({ now: AT });
  const jws = await pki.sign(ORDER);
  const { verdict } = await createVerifier({ trustedRoots: [pki.rootFingerprint] }).verify(jws, AT);
  expect(verdict.kind).toBe('valid');
  expect(door.verifyCompactEs256).toHaveBeenCalledTimes(1);

  const key = {
    kty: 'EC',
    crv: 'P-256',
    x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
    y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
  };
  const file = { testGroups: [{ public: key, tests: [{ tcId: 1, jws, result: 'invalid' }] }] };
  expect(await runJwsVectors(file)).toEqual([{ id: '1', expected: 'invalid', got: 'invalid' }]);
  expect(vi.mocked(door.verifyCompactEs256).mock.calls.map(([given]) => given)).toEqual([jws, jws]);
});
