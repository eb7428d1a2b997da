import { z } from 'zod';

/** A root beside Huawei's own: named by its fingerprint, kept in a file whose content must have that fingerprint. */
export interface NamedRoot {
  /** SHA-256 of the certificate's DER, 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  readonly path: string;
}

/** A whole number in its plain spelling: no sign, no exponent, no surprise from `Number('')`. */
export const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max));

export const port = integer(0, 65_535);
export const text = z.string().min(1);
export const onOff = z.enum(['on', 'off']).transform((value) => value === 'on');
export const postgresUrl = z.url({ protocol: /^postgres(ql)?$/ });

const KEY_ID = /^[A-Za-z0-9._-]{1,64}$/;
const A256GCM_KEY_BYTES = 32;

/** `kid:key,kid:key`; the map keeps the order, and the first key is the one that seals. */
export const keyRing = z.string().transform((value, context): ReadonlyMap<string, Uint8Array> => {
  const ring = new Map<string, Uint8Array>();
  for (const entry of value.split(',')) {
    const [keyId = '', encoded = '', ...rest] = entry.trim().split(':');
    const key = fromBase64Url(encoded);
    if (rest.length > 0 || !KEY_ID.test(keyId) || ring.has(keyId) || key?.length !== A256GCM_KEY_BYTES) {
      context.addIssue({ code: 'custom' });
      return z.NEVER;
    }
    ring.set(keyId, key);
  }
  return ring;
});

export const secretKey = (bytesMin: number) =>
  z.string().transform((value, context): Uint8Array => {
    const key = fromBase64Url(value);
    if (key === undefined || key.length < bytesMin) {
      context.addIssue({ code: 'custom' });
      return z.NEVER;
    }
    return key;
  });

/** A fingerprint also as openssl prints it, with a colon between bytes. */
const NAMED_ROOT = /^(?<sha256>(?:[0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}):(?<path>.+)$/;

/** `SHA256:path.pem,SHA256:path.pem` */
export const namedRoots = z.string().transform((value, context): readonly NamedRoot[] =>
  value.split(',').map((entry) => {
    const { sha256, path } = NAMED_ROOT.exec(entry.trim())?.groups ?? {};
    if (sha256 === undefined || path === undefined) {
      context.addIssue({ code: 'custom' });
      return z.NEVER;
    }
    return { sha256: sha256.replaceAll(':', '').toLowerCase(), path };
  }),
);

/** Undefined for what is not canonical base64url: `Buffer` would skip a mistyped character and make another key of it. */
function fromBase64Url(value: string): Uint8Array | undefined {
  const bytes = Buffer.from(value, 'base64url');
  return bytes.toString('base64url') === value.replace(/=+$/, '') ? new Uint8Array(bytes) : undefined;
}
