import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { CaseResult } from '../../../tools/vectors/case-result.js';
import { runEcdsaVectors } from '../../../tools/vectors/ecdsa.js';
import { runJwkVectors } from '../../../tools/vectors/jwk.js';
import { runJwsVectors } from '../../../tools/vectors/jws.js';
import exceptions from '../../../tools/vectors/exceptions.json' with { type: 'json' };

const VECTORS = new URL('../../../../shared/vectors/', import.meta.url);
const haveVectors = existsSync(VECTORS);
if (!haveVectors) console.log('wycheproof: skipped, ../shared/vectors is not there');

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, VECTORS), 'utf8'));
const mismatches = (results: readonly CaseResult[]) => results.filter(({ expected, got }) => expected !== got).map(({ id }) => id);

describe.runIf(haveVectors)('Wycheproof', () => {
  test('JSON Web Signature: all 401 as asked, without an exception', async () => {
    const results = await runJwsVectors(read('wycheproof-json_web_signature_test.json'));
    expect(results).toHaveLength(401);
    expect(mismatches(results)).toEqual([]);
    // Refusing everything would not do.
    expect(results.filter(({ got }) => got === 'valid').map(({ id }) => id)).toEqual(['18', '378']);
  });

  test('ECDSA over P-256 with SHA-256, r || s: all 262 as asked, without an exception', () => {
    const results = runEcdsaVectors(read('wycheproof-ecdsa_secp256r1_sha256_p1363_test.json'));
    expect(results).toHaveLength(262);
    expect(mismatches(results)).toEqual([]);
  });

  test('JSON Web Key: all 26 as asked, but for the shared secrets that we never take', async () => {
    const results = await runJwkVectors(read('wycheproof-json_web_key_test.json'));
    expect(results).toHaveLength(26);
    expect(mismatches(results)).toEqual(Object.keys(exceptions.jwk));
    expect(results.find(({ id }) => id === '5')).toMatchObject({ got: 'valid' });
  });
});
