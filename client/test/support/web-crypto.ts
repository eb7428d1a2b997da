import { webcrypto } from 'node:crypto';
import type { VerifierCrypto } from '../../src/main/ets/core/verifier/verifier-crypto';

/** The verifier's crypto by WebCrypto, whose ECDSA signatures are r and s as they stand. */
export const webCrypto: VerifierCrypto = {
  async sha256(data) {
    return new Uint8Array(await webcrypto.subtle.digest('SHA-256', Buffer.from(data)));
  },
  async verifyEcdsa({ curve, hash, publicKey, message, signature }) {
    const algorithm = { name: 'ECDSA', namedCurve: curve };
    const key = await webcrypto.subtle.importKey('spki', Buffer.from(publicKey), algorithm, false, ['verify']);
    return webcrypto.subtle.verify({ name: 'ECDSA', hash }, key, Buffer.from(signature), Buffer.from(message));
  },
};
