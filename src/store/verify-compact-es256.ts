import type { KeyObject } from 'node:crypto';
import { compactVerify, errors } from 'jose';
import { z } from 'zod';
import { CheckFailure, type Passed } from './checks.js';

/** The one algorithm that the store documents; never the header's word. */
const ALGORITHM = 'ES256';

/** Parameters that would bring a key from elsewhere or change what is signed. */
const REFUSED_PARAMETERS = ['crit', 'jwk', 'jku', 'x5u', 'b64'];

const HEADER = z.object({ alg: z.literal(ALGORITHM), typ: z.literal('JWT').optional(), x5c: z.array(z.string()) });

export interface CompactJws {
  readonly jws: string;
  readonly header: Readonly<Record<string, unknown>>;
  /** As signed, not yet trusted. */
  readonly payload: Buffer;
}

/** @throws {CheckFailure} `JWS_MALFORMED` unless it is three parts of strict base64url, the first a JSON object. */
export function readCompactJws(jws: string): Passed<CompactJws> {
  const parts = jws.split('.').map(decodeBase64Url);
  const [header, payload, signature] = parts;
  if (parts.length !== 3 || !header || !payload || !signature) {
    throw new CheckFailure('JWS_MALFORMED', 'not three parts of base64url');
  }
  const value = { jws, header: parseHeader(header), payload };
  return { value, seen: `three parts, ${jws.length} characters` };
}

/** Undefined where the text is empty, or not the one canonical spelling of its bytes. */
function decodeBase64Url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length > 0 && bytes.toString('base64url') === text ? bytes : undefined;
}

function parseHeader(bytes: Buffer): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (error) {
    throw new CheckFailure('JWS_MALFORMED', 'the header is not a JSON object', error);
  }
}

/** @throws {CheckFailure} `JWS_HEADER_REFUSED` */
export function readHeader({ header }: CompactJws): Passed<{ readonly x5c: readonly string[] }> {
  const refused = REFUSED_PARAMETERS.find((name) => Object.hasOwn(header, name));
  if (refused !== undefined) throw new CheckFailure('JWS_HEADER_REFUSED', `the header has ${refused}`);
  const parsed = HEADER.safeParse(header);
  if (!parsed.success) {
    const names = new Set(parsed.error.issues.map(({ path }) => String(path[0])));
    throw new CheckFailure('JWS_HEADER_REFUSED', `not as documented: ${[...names].join(', ')}`, parsed.error);
  }
  return { value: parsed.data, seen: `alg ${ALGORITHM}, ${parsed.data.x5c.length} certificates` };
}

/** @throws {CheckFailure} `JWS_SIGNATURE_INVALID` */
export async function verifyCompactEs256({ jws }: CompactJws, key: KeyObject): Promise<Passed<undefined>> {
  try {
    await compactVerify(jws, key, { algorithms: [ALGORITHM] });
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    throw new CheckFailure('JWS_SIGNATURE_INVALID', 'not made by the leaf’s key', error);
  }
  return { value: undefined, seen: `${ALGORITHM}, by the leaf’s key` };
}
