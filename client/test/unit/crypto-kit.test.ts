import { createHash, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Curve, EcdsaHash, VerifierCrypto } from '../../src/main/ets/core/verifier/verifier-crypto';
import { loadEts } from '../support/load-ets';

interface DataBlob {
  readonly data: Uint8Array;
}

const NAMES = { ECC256: 'prime256v1', ECC384: 'secp384r1' } as const;

/** Crypto Architecture Kit over Node's own crypto: signatures in DER, keys as SubjectPublicKeyInfo, as the kit has them. */
const cryptoFramework = {
  createMd(name: string) {
    const hash = createHash(name);
    return { update: async ({ data }: DataBlob) => void hash.update(data), digest: async () => ({ data: new Uint8Array(hash.digest()) }) };
  },
  createAsyKeyGenerator: (name: keyof typeof NAMES) => ({
    async convertKey({ data }: DataBlob, privateKey: null) {
      const pubKey = createPublicKey({ key: Buffer.from(data), format: 'der', type: 'spki' });
      expect([pubKey.asymmetricKeyDetails?.namedCurve, privateKey]).toEqual([NAMES[name], null]);
      return { pubKey };
    },
  }),
  createVerify(name: string) {
    let key: KeyObject;
    return {
      init: async (pubKey: KeyObject) => {
        key = pubKey;
      },
      verify: async (message: DataBlob, signature: DataBlob) =>
        verify(name.split('|')[1], message.data, { key, dsaEncoding: 'der' }, signature.data),
    };
  },
};

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
