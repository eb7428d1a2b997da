import { z } from 'zod';
import { CheckFailure } from './checks.js';
import { parseStrictJson } from './strict-json.js';
import { JWS_CHARACTERS_MAX } from './verify-compact-es256.js';

export interface PurchaseData {
  /** Which of the device's fields the JWS came in; a bare JWS counts as an order. What it is, its signed payload says. */
  readonly kind: 'purchase-order' | 'subscription-status';
  readonly jws: string;
}

/** A subscription group's whole history fits in (huawei-iap.md §2.1), twice. */
const EVIDENCE_BYTES_MAX = JWS_CHARACTERS_MAX + 1024;

const NOT_EVIDENCE = 'neither a purchaseData nor a compact JWS';

const PURCHASE_DATA = z.object({ jwsPurchaseOrder: z.string().nullish(), jwsSubscriptionStatus: z.string().nullish() });

/**
 * Takes the device's whole purchaseData string, or a bare compact JWS.
 * @throws {CheckFailure} `JWS_MALFORMED`
 */
export function parsePurchaseData(evidence: string): PurchaseData {
  if (Buffer.byteLength(evidence) > EVIDENCE_BYTES_MAX) throw new CheckFailure('JWS_MALFORMED', NOT_EVIDENCE);
  const text = evidence.trim();
  return text.startsWith('{') ? parseDeviceJson(text) : { kind: 'purchase-order', jws: parseBareJws(text) };
}

function parseBareJws(text: string): string {
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) throw new CheckFailure('JWS_MALFORMED', NOT_EVIDENCE);
  return text;
}

function parseDeviceJson(text: string): PurchaseData {
  const { success, data } = PURCHASE_DATA.safeParse(parseJson(text));
  if (!success) throw new CheckFailure('JWS_MALFORMED', NOT_EVIDENCE);
  // Where the device fills both, the status holds the order and its siblings.
  if (data.jwsSubscriptionStatus) return { kind: 'subscription-status', jws: parseBareJws(data.jwsSubscriptionStatus) };
  if (data.jwsPurchaseOrder) return { kind: 'purchase-order', jws: parseBareJws(data.jwsPurchaseOrder) };
  throw new CheckFailure('JWS_MALFORMED', NOT_EVIDENCE);
}

function parseJson(text: string): unknown {
  try {
    return parseStrictJson(Buffer.from(text), { bytesMax: EVIDENCE_BYTES_MAX, refuseDoubtful: true });
  } catch {
    // The parser's message quotes the text, which holds the purchase token.
    throw new CheckFailure('JWS_MALFORMED', NOT_EVIDENCE);
  }
}
