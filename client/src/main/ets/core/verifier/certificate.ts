import { BOOLEAN, type DerValue, INTEGER, must, readDer, SEQUENCE } from './der';
import { booleanOf, expect, identifierOf, naturalOf, octetsOf, sequenceOf, timeMsOf, wholeBytesOf } from './der-values';
import { toHex } from './hex';
import { refuseUnless } from './verification-error';
import { type Curve, type EcdsaHash, NUMBER_BYTES } from './verifier-crypto';

/** One certificate of X.509 version 3 (RFC 5280), as far as its syntax goes; what it may be used for is judged elsewhere. */
export interface Certificate {
  readonly der: Uint8Array;
  /** What is signed. */
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
  readonly hash: EcdsaHash;
  /** DER of the names: two spellings of one name are two names. */
  readonly subject: Uint8Array;
  readonly issuer: Uint8Array;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly curve: Curve;
  /** DER of a SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  readonly extensions: readonly Extension[];
}

export interface Extension {
  /** Content of the object identifier, in hex. */
  readonly id: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
const VERSION_3 = '02';
/** RFC 5280 §4.1.2.2. */
const SERIAL_BYTES_MAX = 20;

/** 1.2.840.10045.2.1 */
const EC_PUBLIC_KEY = '2a8648ce3d0201';
/** 1.2.840.10045.3.1.7 and 1.3.132.0.34 */
const CURVES: Readonly<Record<string, Curve>> = { '2a8648ce3d030107': 'P-256', '2b81040022': 'P-384' };
/** 1.2.840.10045.4.3.2 and .3 */
const HASHES: Readonly<Record<string, EcdsaHash>> = { '2a8648ce3d040302': 'SHA-256', '2a8648ce3d040303': 'SHA-384' };

/**
 * @throws {DerError} for anything but one certificate
 * @throws {VerificationError} `CHAIN_ALGORITHM` for another kind of key or signature than Huawei's
 */
export function readCertificate(der: Uint8Array): Certificate {
  const [signed, algorithm, signature] = fields(readDer(der), 3);
  const [version, serial, sameAlgorithm, issuer, validity, subject, key, extensions] = fields(signed, 8);
  must(toHex(naturalOf(explicit(version, VERSION))) === VERSION_3, 'not version 3');
  const isSerial = expect(serial, INTEGER).content.length <= SERIAL_BYTES_MAX && naturalOf(serial).some((byte) => byte !== 0);
  must(isSerial, 'the serial number');
  must(toHex(expect(sameAlgorithm, SEQUENCE).raw) === toHex(expect(algorithm, SEQUENCE).raw), 'two algorithms');
  const [notBefore, notAfter] = fields(validity, 2);
  return {
    der,
    signed: expect(signed, SEQUENCE).raw,
    signature: wholeBytesOf(signature),
    hash: readHash(algorithm),
    subject: expect(subject, SEQUENCE).raw,
    issuer: expect(issuer, SEQUENCE).raw,
    notBeforeMs: timeMsOf(notBefore),
    notAfterMs: timeMsOf(notAfter),
    curve: readCurve(key),
    publicKey: expect(key, SEQUENCE).raw,
    extensions: readExtensions(explicit(extensions, EXTENSIONS)),
  };
}

/**
 * Of a sequence that has exactly so many.
 *
 * @throws {DerError}
 */
function fields(value: DerValue | undefined, count: number): readonly DerValue[] {
  const all = sequenceOf(value);
  must(all.length === count, 'a field too many or too few');
  return all;
}

function explicit(value: DerValue | undefined, tag: number): DerValue | undefined {
  const { children } = expect(value, tag);
  must(children.length === 1, 'one value was expected');
  return children[0];
}

/**
 * ECDSA's algorithms have no parameters.
 *
 * @throws {DerError | VerificationError}
 */
function readHash(algorithm: DerValue | undefined): EcdsaHash {
  const [id, ...parameters] = sequenceOf(algorithm);
  const hash = HASHES[identifierOf(id)];
  refuseUnless(hash !== undefined && parameters.length === 0, 'CHAIN_ALGORITHM');
  return hash;
}

/** @throws {DerError | VerificationError} */
function readCurve(key: DerValue | undefined): Curve {
  const [algorithm, point] = fields(key, 2);
  const [id, parameters] = fields(algorithm, 2);
  refuseUnless(identifierOf(id) === EC_PUBLIC_KEY, 'CHAIN_ALGORITHM');
  const curve = CURVES[identifierOf(parameters)];
  refuseUnless(curve !== undefined, 'CHAIN_ALGORITHM');
  const bytes = wholeBytesOf(point);
  must(bytes.length === 1 + 2 * NUMBER_BYTES[curve] && bytes[0] === 4, 'not a whole point');
  return curve;
}

/** @throws {DerError} */
function readExtensions(list: DerValue | undefined): Extension[] {
  const all = sequenceOf(list);
  must(all.length > 0, 'an empty list of extensions');
  return all.map(readExtension);
}

/** @throws {DerError} */
function readExtension(extension: DerValue): Extension {
  const all = sequenceOf(extension);
  const [id, second, third] = all;
  const hasCritical = second?.tag === BOOLEAN;
  must(all.length === (hasCritical ? 3 : 2), 'a field too many or too few');
  must(!hasCritical || booleanOf(second), 'a default that is written down');
  return { id: identifierOf(id), critical: hasCritical, value: octetsOf(hasCritical ? third : second) };
}
