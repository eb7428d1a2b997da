import { beforeAll, expect, test, vi } from 'vitest';
import { createStorePki, type StorePki } from '../../../../dev/store/pki.js';
import { verifyOnDevice } from '../../../src/main/ets/core/verifier/verify-on-device';
import { webCrypto } from '../../support/web-crypto';
import { AT, DAY_MS, later, optionsFor, ORDER, partsOf, VERIFIED, verifySignedBy, verifyUnder } from './orders';

let pki: StorePki;
beforeAll(async () => {
  pki = await createStorePki({ now: AT });
});

const judge = async (payload: object | string) => verifyUnder(pki, await pki.sign(payload));
const cannotTell = (code: string) => ({ kind: 'cannot-tell', code });
const invalid = (code: string) => ({ kind: 'invalid', code });

test('an order that the store signed for this app is valid, with all that the device acts upon', async () => {
  expect(await judge(ORDER)).toEqual({ kind: 'valid', code: '', order: VERIFIED });
  const batch = { ...ORDER, quantity: 7, developerPayload: '玩家', finishStatus: '1', productType: '3' };
  const order = { ...VERIFIED, quantity: 7, developerPayload: '玩家', finishStatus: '1', productType: 3 };
  expect(await judge(batch)).toEqual({ kind: 'valid', code: '', order });
});

test('what the store may leave out is filled in; an order without a time of purchase is not complete', async () => {
  const { purchaseTime: _time, finishStatus: _status, developerPayload: _payload, ...rest } = ORDER;
  const order = { ...VERIFIED, purchaseTime: undefined, finishStatus: '', developerPayload: '' };
  expect(await judge(rest)).toEqual({ kind: 'valid', code: '', order });
  expect(await judge({ ...rest, purchaseTime: null, finishStatus: null, developerPayload: null, quantity: null })).toMatchObject({ order });
});

test.each([
  ['no code', undefined, false],
  ['an empty code', '', false],
  ['null', null, false],
  ['"0"', '0', true],
  ['"1"', '1', true],
  ['the number 0', 0, true],
  ['a code of the future', { reason: 2 }, true],
])('revocation by %s: %j', async (_, purchaseOrderRevocationReasonCode, revoked) => {
  expect(await judge({ ...ORDER, purchaseOrderRevocationReasonCode })).toEqual({
    kind: 'valid',
    code: '',
    order: { ...VERIFIED, revoked },
  });
});

test('an order of another app, or of an environment that this one does not take, is invalid', async () => {
  expect(await judge({ ...ORDER, applicationId: '5765880207854356262' })).toEqual(invalid('WRONG_APPLICATION'));
  expect(await judge({ ...ORDER, environment: 'SANDBOX' })).toEqual(invalid('WRONG_ENVIRONMENT'));
  const jws = await pki.sign({ ...ORDER, environment: 'SANDBOX' });
  const sandbox = await verifyUnder(pki, jws, { environments: ['NORMAL', 'SANDBOX'] });
  expect(sandbox).toMatchObject({ kind: 'valid', order: { environment: 'SANDBOX' } });
});

test.each([
  ['a notification', { notificationType: 'REVOKE', signedTime: AT.getTime() }],
  ['a notification with an order’s fields', { ...ORDER, notificationType: 'DID_NEW_TRANSACTION' }],
  ['a subscription’s status', { lastSubscriptionStatus: {}, environment: 'NORMAL' }],
  ['a subscription’s status with an order’s fields', { ...ORDER, lastSubscriptionStatus: {} }],
  ['a subscription’s history', { ...ORDER, historySubscriptionStatusList: [] }],
  ['something else', { hello: 'world' }],
])('%s is no order, however well signed', async (_, payload) => {
  expect(await judge(payload)).toEqual(invalid('WRONG_DOCUMENT'));
});

test.each<[string, object | string]>([
  ['no JSON', 'order'],
  ['an array', '[]'],
  ['null', 'null'],
  ['no order id', { ...ORDER, purchaseOrderId: undefined }],
  ['an order id with a space', { ...ORDER, purchaseOrderId: 'a b' }],
  ['an application that is a number', { ...ORDER, applicationId: 5765 }],
  ['a new environment', { ...ORDER, environment: 'BETA' }],
  ['no time of signing', { ...ORDER, signedTime: undefined }],
  ['a time of signing that is a text', { ...ORDER, signedTime: `${AT.getTime()}` }],
  ['a time of signing that no calendar has', { ...ORDER, signedTime: 8.64e15 + 1 }],
])('what the store signed and this version cannot place is not judged: %s', async (_, payload) => {
  expect(await judge(payload)).toEqual(cannotTell('PAYLOAD_UNREADABLE'));
});

test.each([
  ['no product', { productId: undefined }],
  ['an empty product', { productId: '' }],
  ['no type', { productType: undefined }],
  ['a type that is a number', { productType: 1 }],
  ['a new type', { productType: '4' }],
  ['no token', { purchaseToken: undefined }],
  ['a token without end', { purchaseToken: 'x'.repeat(513) }],
  ['none of it', { quantity: 0 }],
  ['half of it', { quantity: 0.5 }],
  ['a quantity that is a text', { quantity: '2' }],
  ['a new state of delivery', { finishStatus: '3' }],
  ['a time of purchase before all times', { purchaseTime: -1 }],
  ['a payload of ours that is a number', { developerPayload: 1 }],
])('a value that is not as documented is not judged: %s', async (_, changes) => {
  expect(await judge({ ...ORDER, ...changes })).toEqual(cannotTell('PAYLOAD_UNEXPECTED'));
});

test.each([
  ['at the leaf’s first moment', 0, 'valid'],
  ['a second before it', -1000, 'invalid'],
  ['at its last moment', DAY_MS, 'valid'],
  ['a second after it', DAY_MS + 1000, 'invalid'],
])('certificates are judged at the time of signing: %s', async (_, ms, kind) => {
  const leaf = { notBefore: AT, notAfter: later(DAY_MS) };
  const verdict = await verifySignedBy({ leaf }, { ...ORDER, signedTime: AT.getTime() + ms });
  expect(verdict).toMatchObject(kind === 'valid' ? { kind } : invalid('CHAIN_TIME'));
});

test.each([1970, 2100])('the device’s clock is not looked at, be it of %i', async (year) => {
  const jws = await pki.sign(ORDER);
  const now = vi.spyOn(Date, 'now').mockReturnValue(Date.UTC(year));
  try {
    expect(await verifyUnder(pki, jws)).toMatchObject({ kind: 'valid' });
    expect(now).not.toHaveBeenCalled();
  } finally {
    now.mockRestore();
  }
});

test('without other roots Huawei’s is the trusted one', async () => {
  const { trustedRoots: _ours, ...options } = optionsFor(pki);
  expect(await verifyOnDevice(await pki.sign(ORDER), options)).toEqual(invalid('CHAIN_ROOT_UNKNOWN'));
});

test.each(['sha256', 'verifyEcdsa'] as const)('a device whose %s fails cannot tell', async (name) => {
  const jws = await pki.sign(ORDER);
  for (const broken of [
    () => Promise.reject(new Error('busy')),
    () => {
      throw new Error('busy');
    },
  ]) {
    expect(await verifyUnder(pki, jws, { crypto: { ...webCrypto, [name]: broken } })).toEqual(cannotTell('CRYPTO_FAILED'));
  }
});

test('each key is used only once it is known whose it is, and the payload is read last', async () => {
  const stranger = await createStorePki({ now: AT });
  const calls = vi.fn();
  const crypto = {
    sha256: webCrypto.sha256.bind(webCrypto),
    verifyEcdsa: (check: Parameters<typeof webCrypto.verifyEcdsa>[0]) => {
      calls(`${check.curve} ${check.hash}`);
      return webCrypto.verifyEcdsa(check);
    },
  };
  await verifyUnder(pki, await stranger.sign(ORDER), { crypto });
  expect(calls).not.toHaveBeenCalled();
  const [header, , signature] = partsOf(await pki.sign(ORDER));
  const parse = vi.spyOn(JSON, 'parse');
  await verifyUnder(pki, `${header}.bm90IG91cnM.${signature}`, { crypto });
  expect(calls.mock.calls.flat()).toEqual(['P-384 SHA-384', 'P-384 SHA-384', 'P-256 SHA-256']);
  expect(parse).toHaveBeenCalledOnce();
  parse.mockRestore();
});

test('a signature of zeros, or of another length, is none, even to crypto that takes it', async () => {
  const gullible = { ...webCrypto, verifyEcdsa: async () => true };
  const [header, payload, signature] = partsOf(await pki.sign(ORDER));
  const numbers = Buffer.from(signature, 'base64url');
  const zero = Buffer.alloc(32);
  for (const forged of [
    [zero, zero],
    [zero, numbers.subarray(32)],
    [numbers.subarray(0, 32), zero],
    [numbers.subarray(1)],
    [numbers, Buffer.of(1)],
  ]) {
    const jws = `${header}.${payload}.${Buffer.concat(forged).toString('base64url')}`;
    expect(await verifyUnder(pki, jws, { crypto: gullible })).toEqual(invalid('JWS_SIGNATURE_INVALID'));
  }
});
