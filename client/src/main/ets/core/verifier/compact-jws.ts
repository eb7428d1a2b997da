import { decodeBase64Url } from './base64';
import { isObject, parseJson } from './json';
import { refuseUnless, VerificationError } from './verification-error';

export interface CompactJws {
  /** Certificates in base64, as the header has them. */
  readonly x5c: readonly string[];
  /** Its bytes are what is signed. */
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
  /** Not to be read before the signature holds. */
  readonly payload: Uint8Array;
}

/** An order's has less than 5 KB. */
const CHARACTERS_MAX = 64 * 1024;
/** Parameters that would bring a key from elsewhere, or change what is signed. */
const REFUSED_PARAMETERS = ['crit', 'jwk', 'jku', 'x5u', 'b64'];

interface Header {
  readonly alg?: unknown;
  readonly typ?: unknown;
  readonly x5c?: unknown;
}

/** @throws {VerificationError} `JWS_MALFORMED`, `JWS_HEADER_REFUSED` */
export function readCompactJws(jws: string): CompactJws {
  // It stood in a JSON text, which may hold anything at any place.
  refuseUnless(typeof jws === 'string' && jws.length <= CHARACTERS_MAX, 'JWS_MALFORMED');
  const parts = jws.split('.');
  refuseUnless(parts.length === 3 && parts.every((part) => part !== ''), 'JWS_MALFORMED');
  const [header, payload, signature] = parts.map(readPart);
  refuseUnless(header !== undefined && payload !== undefined && signature !== undefined, 'JWS_MALFORMED');
  return { x5c: readX5c(parseHeader(header)), message: toAscii(jws.slice(0, jws.lastIndexOf('.'))), signature, payload };
}

function readPart(part: string): Uint8Array {
  try {
    return decodeBase64Url(part);
  } catch {
    throw new VerificationError('JWS_MALFORMED');
  }
}

function parseHeader(bytes: Uint8Array): Header {
  const header = parseJson(bytes);
  refuseUnless(isObject(header), 'JWS_MALFORMED');
  return header;
}

function readX5c(header: Header): readonly string[] {
  const { alg, typ, x5c } = header;
  const names = Object.keys(header);
  refuseUnless(!REFUSED_PARAMETERS.some((name) => names.includes(name)), 'JWS_HEADER_REFUSED');
  refuseUnless(alg === 'ES256' && (typ === undefined || typ === 'JWT'), 'JWS_HEADER_REFUSED');
  refuseUnless(Array.isArray(x5c) && x5c.every((entry): entry is string => typeof entry === 'string'), 'JWS_HEADER_REFUSED');
  return x5c;
}

/** Of a text that is known to have no other characters. */
function toAscii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
