import { createStorePki, type StorePki, type StorePkiOptions } from '../../../dev/store/pki.js';

import { createVerifier, type InvalidCode, type Verdict } from '../../../src/store/index.js';

export const AT = new Date('2026-11-24T08:00:00Z');
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export const later = (ms: number): Date => new Date(AT.getTime() + ms);

/** As Huawei spells a consumable that is paid and not yet finished. */
export const ORDER = {
  purchaseOrderId: '202611241600000001a2b3c4d.5765880207854356261',
  purchaseToken: 'token-that-nobody-may-see.1.5765880207854356261',
  applicationId: '5765880207854356261',
  productId: 'coins.100',
  purchaseTime: AT.getTime() - 60_000,
  productType: '0',
  developerPayload: '',
  signedTime: AT.getTime(),
  environment: 'NORMAL',
  countryCode: 'CN',
  price: 600,
  currency: 'CNY',
  finishStatus: '2',
  needFinish: true,
};

export const NOTIFICATION = {
  notificationType: 'DID_NEW_TRANSACTION',
  notificationSubtype: 'INITIAL_BUY',
  notificationRequestId: '7f67e39aa72d1a55',
  notificationMetaData: { environment: 'NORMAL', applicationId: '5765880207854356261', purchaseOrderId: 'order-1', type: 0 },
  notificationVersion: 'v3',
  signedTime: AT.getTime(),
};

export async function verifyUnder(pki: StorePki, evidence: string, at: Date = AT): Promise<Verdict> {
  const { verdict } = await createVerifier({ trustedRoots: [pki.rootFingerprint] }).verify(evidence, at);
  return verdict;
}

/** The verdict on an order, or on anything else, that a chain of this kind signs. */
export async function verifySignedBy(options: StorePkiOptions, payload: object | string = ORDER, at: Date = AT): Promise<Verdict> {
  const pki = await createStorePki({ now: AT, ...options });
  return verifyUnder(pki, await pki.sign(payload), at);
}

/** What a refusal must look like: nothing of it is worth keeping. */
export const refusedAs = (code: InvalidCode) => ({ kind: 'invalid', code, keep: undefined });
