import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';

interface DataBlob {
  readonly data: Uint8Array;
}

const NAMES = { ECC256: 'prime256v1', ECC384: 'secp384r1' } as const;

/** `@kit.CryptoArchitectureKit`: Crypto Architecture Kit over Node's own crypto: signatures in DER, keys as SubjectPublicKeyInfo, as the kit has them. */
export const cryptoFramework = {
  createMd(name: string) {
    const hash = createHash(name);
    return { update: async ({ data }: DataBlob) => void hash.update(data), digest: async () => ({ data: new Uint8Array(hash.digest()) }) };
  },
  createAsyKeyGenerator: (name: keyof typeof NAMES) => ({
    async convertKey({ data }: DataBlob, privateKey: null) {
      const pubKey = createPublicKey({ key: Buffer.from(data), format: 'der', type: 'spki' });
      if (pubKey.asymmetricKeyDetails?.namedCurve !== NAMES[name] || privateKey !== null)
        throw new TypeError(`This is no public key for ${name}.`);
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
