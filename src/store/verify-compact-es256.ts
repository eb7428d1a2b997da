import { verify, type KeyObject } from 'node:crypto';
import { CheckFailure, createCheckList, type CheckList, type Passed } from './checks.js';
import { isPayload, type Payload } from './payload-fields.js';
import { parseStrictJson } from './strict-json.js';

/** The one algorithm that the store documents; never the header's word. */
const ALGORITHM = 'ES256';

/** Parameters that would bring a key from elsewhere or change what is signed. */
const REFUSED_PARAMETERS = ['crit', 'jwk', 'jku', 'x5u', 'b64'];

/** Twice what the device's own limit needs, so that a payload that is too large is known to be the store's. */
export const JWS_CHARACTERS_MAX = 512 * 1024;
/** Three certificates of ordinary size take a twentieth of it. */
const HEADER_BYTES_MAX = 64 * 1024;

/** r and s of P-256, 32 bytes each, as a JWS has them. */
const SIGNATURE_BYTES = 64;

export interface CompactJws {
  readonly header: Payload;
  /** As signed; not yet trusted where the signature is not checked yet. */
  readonly payload: Buffer;
  readonly signingInput: Buffer;
  readonly signature: Buffer;
}

/** A key at hand, or one that the header leads to: whoever finds it there answers for it. */
export type KeySource = KeyObject | ((jws: CompactJws) => Promise<KeyObject>);

/**
 * Envelope, header and signature, for whatever key: the store's leaf in production, the file's in published vectors.
 * @throws {CheckFailure} `JWS_MALFORMED`, `JWS_HEADER_REFUSED`, `JWS_SIGNATURE_INVALID`, and what the key source throws
 */
export async function verifyCompactEs256(jws: string, key: KeySource, checks: CheckList = createCheckList()): Promise<CompactJws> {
  const compact = await checks.run('envelope', () => readCompactJws(jws));
  await checks.run('header', () => checkHeader(compact));
  const publicKey = typeof key === 'function' ? await key(compact) : key;
  await checks.run('signature', () => checkSignature(compact, publicKey));
  return compact;
}

/** @throws {CheckFailure} `JWS_MALFORMED` unless it is three parts of strict base64url, the first a JSON object. */
export function readCompactJws(jws: string): Passed<CompactJws> {
  if (jws.length > JWS_CHARACTERS_MAX) throw new CheckFailure('JWS_MALFORMED', `more than ${JWS_CHARACTERS_MAX} characters`);
  const parts = jws.split('.', 4).map(decodeBase64Url);
  const [header, payload, signature] = parts;
  if (parts.length !== 3 || !header || !payload || !signature) {
    throw new CheckFailure('JWS_MALFORMED', 'not three parts of base64url');
  }
  const signingInput = Buffer.from(jws.slice(0, jws.lastIndexOf('.')));
  const value = { header: parseHeader(header), payload, signingInput, signature };
  return { value, seen: `three parts, ${jws.length} characters` };
}

/** Undefined where the text is empty, or not the one canonical spelling of its bytes. */
function decodeBase64Url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length > 0 && bytes.toString('base64url') === text ? bytes : undefined;
}

function parseHeader(bytes: Buffer): Payload {
  let header: unknown;
  try {
    header = parseStrictJson(bytes, { bytesMax: HEADER_BYTES_MAX, refuseDoubtful: true });
  } catch (error) {
    throw new CheckFailure('JWS_MALFORMED', 'the header is no JSON, too large, too deep or ambiguous', error);
  }
  if (!isPayload(header)) throw new CheckFailure('JWS_MALFORMED', 'the header is not a JSON object');
  return header;
}

function checkHeader({ header }: CompactJws): Passed<undefined> {
  const refused = REFUSED_PARAMETERS.find((name) => Object.hasOwn(header, name));
  if (refused !== undefined) throw new CheckFailure('JWS_HEADER_REFUSED', `the header has ${refused}`);
  if (header['alg'] !== ALGORITHM) throw new CheckFailure('JWS_HEADER_REFUSED', `alg is not ${ALGORITHM}`);
  return { value: undefined, seen: `alg ${ALGORITHM}`, facts: { algorithm: ALGORITHM } };
}

function checkSignature({ signingInput, signature }: CompactJws, key: KeyObject): Passed<undefined> {
  if (!isSignedEs256(key, signingInput, signature)) throw new CheckFailure('JWS_SIGNATURE_INVALID', 'not made by this key');
  return { value: undefined, seen: `${ALGORITHM}, by the key` };
}

/** Whether it is an ECDSA signature over P-256 and SHA-256, in the form r || s, by this key. */
export function isSignedEs256(key: KeyObject, data: Buffer, signature: Buffer): boolean {
  if (key.type !== 'public' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return false;
  return signature.length === SIGNATURE_BYTES && verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature);
}
