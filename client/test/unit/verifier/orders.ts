import { createStorePki, type StorePki, type StorePkiOptions } from '../../../../dev/store/pki.js';
import { type DeviceVerifierOptions, verifyOnDevice, type Verification } from '../../../src/main/ets/core/verifier/verify-on-device';
import { webCrypto } from '../../support/web-crypto';

/** Years off, in either direction: whatever the clock says while a test runs must not matter. */
export const AT = new Date('2031-05-06T07:08:09Z');
export const DAY_MS = 86_400_000;
export const later = (ms: number): Date => new Date(AT.getTime() + ms);

/** As Huawei spells a non-consumable that is paid and not yet finished. */
export const ORDER = {
  purchaseOrderId: '203105061508090001a2b3c4d.5765880207854356261',
  purchaseToken: 'token-that-nobody-may-see.1.5765880207854356261',
  applicationId: '5765880207854356261',
  productId: 'no-ads',
  purchaseTime: AT.getTime() - 60_000,
  productType: '1',
  developerPayload: '',
  signedTime: AT.getTime(),
  environment: 'NORMAL',
  countryCode: 'CN',
  price: 600,
  currency: 'CNY',
  finishStatus: '2',
  needFinish: true,
};

/** What the device makes of it. */
export const VERIFIED = {
  purchaseOrderId: ORDER.purchaseOrderId,
  purchaseToken: ORDER.purchaseToken,
  applicationId: ORDER.applicationId,
  environment: 'NORMAL',
  productId: 'no-ads',
  productType: 1,
  quantity: 1,
  purchaseTime: ORDER.purchaseTime,
  signedTime: ORDER.signedTime,
  finishStatus: '2',
  developerPayload: '',
  revoked: false,
};

export function optionsFor(pki: StorePki): DeviceVerifierOptions {
  return { crypto: webCrypto, trustedRoots: [pki.rootFingerprint], applicationId: ORDER.applicationId, environments: ['NORMAL'] };
}

export function verifyUnder(pki: StorePki, jws: string, options: Partial<DeviceVerifierOptions> = {}): Promise<Verification> {
  return verifyOnDevice(jws, { ...optionsFor(pki), ...options });
}

/** The verdict on an order that a chain of this kind signs. */
export async function verifySignedBy(options: StorePkiOptions, payload: object | string = ORDER): Promise<Verification> {
  const pki = await createStorePki({ now: AT, ...options });
  return verifyUnder(pki, await pki.sign(payload));
}

/** The three parts, so that one can be exchanged. */
export function partsOf(jws: string): readonly [header: string, payload: string, signature: string] {
  const [header = '', payload = '', signature = ''] = jws.split('.');
  return [header, payload, signature];
}

export const toBase64Url = (data: string | Uint8Array): string => Buffer.from(data).toString('base64url');
