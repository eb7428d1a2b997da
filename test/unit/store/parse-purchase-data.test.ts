import { expect, test } from 'vitest';
import { parsePurchaseData } from '../../../src/store/parse-purchase-data.js';

const JWS = 'eyJhIjoxfQ.eyJiIjoyfQ.c2ln';
const malformed = expect.objectContaining({ code: 'JWS_MALFORMED' }) as Error;

test.each([
  ['a bare JWS', JWS, { kind: 'purchase-order', jws: JWS }],
  ['a bare JWS with a line end around it', `\n${JWS}\r\n`, { kind: 'purchase-order', jws: JWS }],
  ['an order', JSON.stringify({ type: 0, jwsPurchaseOrder: JWS }), { kind: 'purchase-order', jws: JWS }],
  ['a subscription', JSON.stringify({ type: 2, jwsSubscriptionStatus: JWS }), { kind: 'subscription-status', jws: JWS }],
  ['null and empty fields', JSON.stringify({ jwsPurchaseOrder: JWS, jwsSubscriptionStatus: '' }), { kind: 'purchase-order', jws: JWS }],
  ['unknown fields', JSON.stringify({ jwsPurchaseOrder: JWS, later: { added: true } }), { kind: 'purchase-order', jws: JWS }],
])('the device’s purchaseData is understood: %s', (_, evidence, expected) => {
  expect(parsePurchaseData(evidence)).toEqual(expected);
});

test('of both fields the subscription status is taken, which holds the order and its siblings', () => {
  const evidence = JSON.stringify({ type: 2, jwsPurchaseOrder: JWS, jwsSubscriptionStatus: `${JWS}2` });
  expect(parsePurchaseData(evidence)).toEqual({ kind: 'subscription-status', jws: `${JWS}2` });
});

test.each([
  ['nothing', ''],
  ['a word', 'receipt'],
  ['two parts', 'eyJhIjoxfQ.eyJiIjoyfQ'],
  ['four parts', `${JWS}.more`],
  ['an empty part', 'eyJhIjoxfQ..c2ln'],
  ['padding', 'eyJhIjoxfQ==.eyJiIjoyfQ.c2ln'],
  ['two lines', `${JWS}\n${JWS}`],
  ['broken JSON', '{"jwsPurchaseOrder":"'],
  ['JSON without a JWS', '{"type":0}'],
  ['a JSON array', `["${JWS}"]`],
  ['a JWS that is no string', '{"jwsPurchaseOrder":{"jws":1}}'],
  ['the JSON form of a JWS', JSON.stringify({ protected: 'a', payload: 'b', signature: 'c' })],
  [
    'the deprecated InAppPurchaseData',
    JSON.stringify({ inAppPurchaseData: '{}', inAppDataSignature: 'x', signatureAlgorithm: 'SHA256WithRSA/PSS' }),
  ],
])('anything else is malformed: %s', (_, evidence) => {
  expect(() => parsePurchaseData(evidence)).toThrow(malformed);
});

test('evidence beyond 512 KiB and what stands around a JWS is not looked at', () => {
  const padding = 513 * 1024 - JWS.length;
  expect(parsePurchaseData(JWS + 'A'.repeat(padding)).jws).toHaveLength(513 * 1024);
  expect(() => parsePurchaseData(JWS + 'A'.repeat(padding + 1))).toThrow(malformed);
});

test('what does not parse is not quoted in the error', () => {
  const secret = 'token-that-nobody-may-see';
  expect(() => parsePurchaseData(`{"purchaseToken":"${secret}"`)).toThrow(
    expect.not.objectContaining({ message: expect.stringContaining(secret) as string }) as Error,
  );
});
