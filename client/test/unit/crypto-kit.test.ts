import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Curve, EcdsaHash, VerifierCrypto } from '../../src/main/ets/core/verifier/verifier-crypto';
import { createStorePki } from '../../../dev/store/pki.js';
import { verifyOnDevice } from '../../src/main/ets/core/verifier/verify-on-device';
import { cryptoFramework } from '../support/fake-crypto-kit';
import { loadEts } from '../support/load-ets';
import { AT, optionsFor, ORDER, partsOf } from './verifier/orders';

async function loadCrypto(): Promise<VerifierCrypto> {
  const { CryptoKit } = await loadEts<{ CryptoKit: new () => VerifierCrypto }>('client/src/main/ets/crypto-kit.ets', {
    '@kit.CryptoArchitectureKit': { cryptoFramework },
  });
  return new CryptoKit();
}

const MESSAGE = new TextEncoder().encode('header.payload');

function signed(curve: Curve, hash: EcdsaHash) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: curve });
  const signature = new Uint8Array(sign(hash.replace('-', ''), MESSAGE, { key: privateKey, dsaEncoding: 'ieee-p1363' }));
  return { curve, hash, publicKey: new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })), message: MESSAGE, signature };
}

test('the hash is SHA-256', async () => {
  const expected = new Uint8Array(createHash('sha256').update(MESSAGE).digest());
  expect(await (await loadCrypto()).sha256(MESSAGE)).toEqual(expected);
});

test.each([
  ['P-256', 'SHA-256'],
  ['P-384', 'SHA-384'],
] as const)('a signature of %s with %s is taken in the form that a JWS has, and only for its own message', async (curve, hash) => {
  const crypto = await loadCrypto();
  // Small numbers and large ones, with and without a sign byte in DER.
  for (let round = 0; round < 40; round++) {
    const check = signed(curve, hash);
    expect(await crypto.verifyEcdsa(check)).toBe(true);
    expect(await crypto.verifyEcdsa({ ...check, message: MESSAGE.subarray(1) })).toBe(false);
  }
});

test('a view into a larger buffer counts as what it shows', async () => {
  const check = signed('P-256', 'SHA-256');
  const larger = Uint8Array.from([1, 2, 3, ...MESSAGE, 4, 5]);
  expect(await (await loadCrypto()).verifyEcdsa({ ...check, message: larger.subarray(3, 3 + MESSAGE.length) })).toBe(true);
});

test('a key that the device cannot read is thrown, not answered with no', async () => {
  const check = { ...signed('P-256', 'SHA-256'), publicKey: Uint8Array.of(1, 2, 3) };
  await expect((await loadCrypto()).verifyEcdsa(check)).rejects.toThrow();
});

test("a whole order, chain and all, is judged by the device's crypto", async () => {
  const pki = await createStorePki({ now: AT });
  const options = { ...optionsFor(pki), crypto: await loadCrypto() };
  const [header, payload, signature] = partsOf(await pki.sign(ORDER));
  expect(await verifyOnDevice(`${header}.${payload}.${signature}`, options)).toMatchObject({ kind: 'valid' });
  const other = partsOf(await pki.sign({ ...ORDER, productId: 'everything' }));
  expect(await verifyOnDevice(`${header}.${other[1]}.${signature}`, options)).toEqual({ kind: 'invalid', code: 'JWS_SIGNATURE_INVALID' });
});
