import { createPayloadFields, isPayload, NAME, type Payload, TEXT, TIME_MS } from './payload-fields.js';
import { readOrderIdentity } from './purchase-order-payload.js';
import type { Environment, PurchaseOrderId } from '../domain/ids.js';

/** A wake-up call: it says which order to ask the store about, never what to grant (huawei-iap.md §0, 4). */
export interface VerifiedNotification {
  /** As the store spells it; new ones come without notice. */
  readonly type: string;
  readonly subtype: string | undefined;
  /** Unique to a notification; a resend may bear the same. */
  readonly requestId: string;
  readonly environment: Environment;
  readonly applicationId: string;
  /** Undefined: it is about no single order. */
  readonly purchaseOrderId: PurchaseOrderId | undefined;
  readonly signedAtMs: number;
  readonly unexpected: readonly string[];
}

/** Undefined where it cannot be told of which application and environment it is, or which notification. */
export function readNotification(payload: Payload): VerifiedNotification | undefined {
  const fields = createPayloadFields(payload);
  const type = fields.required('notificationType', NAME);
  const requestId = fields.required('notificationRequestId', NAME);
  const metadata = payload['notificationMetaData'];
  if (type === undefined || requestId === undefined || !isPayload(metadata)) return undefined;
  const { environment, applicationId, purchaseOrderId } = readOrderIdentity(metadata);
  if (environment === undefined || applicationId === undefined) return undefined;
  const subtype = fields.optional('notificationSubtype', TEXT);
  const signedAtMs = fields.required('signedTime', TIME_MS) ?? 0;
  const isUnread = purchaseOrderId === undefined && (metadata['purchaseOrderId'] ?? undefined) !== undefined;
  const unexpected = [...fields.unexpected, ...(isUnread ? ['purchaseOrderId'] : [])];
  return { type, subtype, requestId, environment, applicationId, purchaseOrderId, signedAtMs, unexpected };
}
