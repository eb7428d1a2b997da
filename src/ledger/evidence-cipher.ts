import { compactDecrypt, CompactEncrypt } from 'jose';
import type { SealedEvidence } from './receive-purchase.js';
import { DroplessError } from '../domain/errors.js';
import type { Environment } from '../domain/ids.js';

/** What a sealed text belongs to; it stands in the protected header, so that evidence cannot be moved to another order. */
export interface EvidenceSubject {
  /** Undefined in the quarantine, where the order may be unreadable. */
  readonly purchaseOrderId: string | undefined;
  readonly environment: Environment | undefined;
}

export interface EvidenceCipher {
  seal(evidence: string, subject: EvidenceSubject): Promise<SealedEvidence>;
  /**
   * @throws {DroplessError} `EVIDENCE_KEY_MISSING` when the ring lacks the key: never a verdict on the purchase.
   * @throws {DroplessError} `EVIDENCE_INVALID` when it does not decrypt or belongs to another order.
   */
  open(sealed: SealedEvidence, subject: EvidenceSubject): Promise<string>;
  readonly keyIds: readonly string[];
}

/** JWE compact, `dir` with A256GCM (RFC 7516, RFC 7518 §4.5, §5.3). The first key of the ring seals, every key opens. */
export function createEvidenceCipher(keyRing: ReadonlyMap<string, Uint8Array>): EvidenceCipher {
  const [current] = keyRing;
  if (current === undefined) throw new TypeError('the key ring is empty');
  const [keyId, key] = current;
  return {
    keyIds: [...keyRing.keys()],
    async seal(evidence, subject) {
      const jwe = await new CompactEncrypt(new TextEncoder().encode(evidence))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: keyId, ...toHeader(subject) })
        .encrypt(key);
      return { keyId, jwe };
    },
    async open(sealed, subject) {
      const opener = keyRing.get(sealed.keyId);
      if (opener === undefined) throw new DroplessError('EVIDENCE_KEY_MISSING', { field: sealed.keyId });
      const opened = await decrypt(sealed.jwe, opener);
      const { order, environment } = toHeader(subject);
      const header = opened.protectedHeader;
      if (header['order'] !== order || header['environment'] !== environment) throw new DroplessError('EVIDENCE_INVALID');
      return new TextDecoder().decode(opened.plaintext);
    },
  };
}

async function decrypt(jwe: string, key: Uint8Array) {
  try {
    return await compactDecrypt(jwe, key, {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
    });
  } catch (error) {
    throw new DroplessError('EVIDENCE_INVALID', { cause: error });
  }
}

function toHeader({ purchaseOrderId, environment }: EvidenceSubject) {
  return { order: purchaseOrderId ?? '', environment: environment ?? '' };
}
