import { z } from 'zod';
import { DroplessError } from '../domain/errors.js';

export interface PurchaseData {
  /** Which of the device's fields the JWS came in; a bare JWS counts as an order. What it is, its signed payload says. */
  readonly kind: 'purchase-order' | 'subscription-status';
  readonly jws: string;
}

/** A subscription group's whole history fits in (huawei-iap.md §2.1). */
const EVIDENCE_BYTES_MAX = 256 * 1024;

const PURCHASE_DATA = z.object({ jwsPurchaseOrder: z.string().nullish(), jwsSubscriptionStatus: z.string().nullish() });

/**
 * Takes the device's whole purchaseData string, or a bare compact JWS.
 * @throws {DroplessError} `JWS_MALFORMED`
 */
export function parsePurchaseData(evidence: string): PurchaseData {
  if (Buffer.byteLength(evidence) > EVIDENCE_BYTES_MAX) throw new DroplessError('JWS_MALFORMED');
  const text = evidence.trim();
  return text.startsWith('{') ? parseDeviceJson(text) : { kind: 'purchase-order', jws: parseBareJws(text) };
}

function parseBareJws(text: string): string {
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) throw new DroplessError('JWS_MALFORMED');
  return text;
}

function parseDeviceJson(text: string): PurchaseData {
  const { success, data } = PURCHASE_DATA.safeParse(parseJson(text));
  if (!success) throw new DroplessError('JWS_MALFORMED');
  // Where the device fills both, the status holds the order and its siblings.
  if (data.jwsSubscriptionStatus) return { kind: 'subscription-status', jws: parseBareJws(data.jwsSubscriptionStatus) };
  if (data.jwsPurchaseOrder) return { kind: 'purchase-order', jws: parseBareJws(data.jwsPurchaseOrder) };
  throw new DroplessError('JWS_MALFORMED');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the text, which holds the purchase token.
    throw new DroplessError('JWS_MALFORMED');
  }
}
