import { expect, test } from 'vitest';
import { toVerifiedPurchase } from '../../../src/store/purchase-order-payload.js';
import { AT, ORDER } from './signed-evidence.js';

const read = (changes: object = {}) => toVerifiedPurchase({ ...ORDER, ...changes }, AT.getTime());
const readWithout = (name: keyof typeof ORDER) => {
  const { [name]: _, ...rest } = ORDER;
  return toVerifiedPurchase(rest, AT.getTime());
};

test('an order is read in our words, without its token', () => {
  expect(read()).toEqual({
    purchaseOrderId: ORDER.purchaseOrderId,
    applicationId: ORDER.applicationId,
    environment: 'production',
    productId: 'coins.100',
    productType: 'consumable',
    quantity: 1,
    purchasedAtMs: ORDER.purchaseTime,
    signedAtMs: ORDER.signedTime,
    verifiedAtMs: AT.getTime(),
    storeFinished: false,
    price: 600n,
    currency: 'CNY',
    developerPayload: '',
    revocation: undefined,
    unexpected: [],
  });
});

test.each([
  ['SANDBOX is the sandbox', { environment: 'SANDBOX' }, { environment: 'sandbox' }],
  ['product type "0"', { productType: '0' }, { productType: 'consumable' }],
  ['product type "1"', { productType: '1' }, { productType: 'non-consumable' }],
  ['product type "2"', { productType: '2' }, { productType: 'auto-renewable' }],
  ['product type "3"', { productType: '3' }, { productType: 'non-renewing' }],
  ['a quantity', { quantity: 10 }, { quantity: 10 }],
  ['an application id that is a number', { applicationId: 5_765_880_207_854_356 }, { applicationId: '5765880207854356' }],
  ['one beyond 2^53', { applicationId: 5_765_880_207_854_356_261n }, { applicationId: '5765880207854356261' }],
  ['a price beyond 2^53', { price: 9_007_199_254_740_993n }, { price: 9_007_199_254_740_993n }],
  ['a price of nothing', { price: 0 }, { price: 0n }],
  ['a price beyond 32 bits', { price: 9_007_199_254_740_991 }, { price: 9_007_199_254_740_991n }],
  ['finished', { finishStatus: '1' }, { storeFinished: true }],
  [
    'null as absent',
    { quantity: null, developerPayload: null, purchaseOrderRevocationReasonCode: null },
    { quantity: 1, revocation: undefined },
  ],
  ['unknown fields', { payOrderId: 'x', later: { added: [1] } }, {}],
])('what is understood is not unexpected: %s', (_, changes, expected) => {
  expect(read(changes)).toMatchObject({ ...expected, unexpected: [] });
});

test('absent quantity is one, absent purchase time is no payment, absent finish status is unfinished', () => {
  expect(read({ quantity: undefined })).toMatchObject({ quantity: 1, unexpected: [] });
  expect(readWithout('purchaseTime')).toMatchObject({ purchasedAtMs: undefined, unexpected: [] });
  expect(readWithout('finishStatus')).toMatchObject({ storeFinished: false, unexpected: [] });
});

test.each(['0', '1', '7', 'ANY', ' '])('a revocation code of %j is a revocation', (reasonCode) => {
  const changes = { purchaseOrderRevocationReasonCode: reasonCode, revocationTime: 1_721_111_240_720 };
  expect(read(changes)).toMatchObject({ revocation: { reasonCode, revokedAtMs: 1_721_111_240_720 }, unexpected: [] });
});

test.each([
  [0, '0'],
  [7, '7'],
  [false, 'false'],
  [{}, '{}'],
  ['x'.repeat(513), 'x'.repeat(512)],
])('a revocation code of %j, which is not as documented, is a revocation too, and is noted', (code, reasonCode) => {
  const unexpected = ['purchaseOrderRevocationReasonCode'];
  expect(read({ purchaseOrderRevocationReasonCode: code })).toMatchObject({ revocation: { reasonCode }, unexpected });
});

test('a revocation without its time is one; an empty or absent code is none, whatever the time says', () => {
  expect(read({ purchaseOrderRevocationReasonCode: '0' })).toMatchObject({ revocation: { reasonCode: '0', revokedAtMs: undefined } });
  expect(read({ purchaseOrderRevocationReasonCode: '', revocationTime: 1_721_111_240_720 })).toMatchObject({ revocation: undefined });
});

test.each([
  ['quantity', 0],
  ['quantity', -1],
  ['quantity', 1.5],
  ['quantity', '2'],
  ['quantity', 11],
  ['productType', '4'],
  ['productType', 0],
  ['productId', ''],
  ['productId', 7],
  ['purchaseTime', '1715827013000'],
  ['purchaseTime', 0],
  ['purchaseTime', 1e300],
  ['signedTime', 'today'],
  ['finishStatus', '3'],
  ['finishStatus', 1],
  ['price', -1],
  ['price', 0.01],
  ['price', '6.00'],
  ['price', 2 ** 53],
  ['productId', 'coins\0'],
  ['developerPayload', '\ud800'],
  ['currency', 'yuan'],
  ['developerPayload', { intent: 'x' }],
  ['developerPayload', 'x'.repeat(513)],
  ['purchaseOrderRevocationReasonCode', 0],
  ['purchaseOrderRevocationReasonCode', false],
  ['revocationTime', 'yesterday'],
])('a known field that we cannot understand is named, and the rest still read: %s %j', (name, value) => {
  expect(read({ [name]: value })).toMatchObject({ purchaseOrderId: ORDER.purchaseOrderId, unexpected: [name] });
});

test.each(['productId', 'productType', 'signedTime'] as const)('a required field that is missing is named: %s', (name) => {
  expect(readWithout(name)).toMatchObject({ unexpected: [name] });
});

test.each(['quantity', 'price', 'purchaseTime', 'purchaseOrderRevocationReasonCode'])('a number beyond every bound is no %s', (name) => {
  expect(read({ [name]: 2n ** 64n })).toMatchObject({ unexpected: [name] });
});

test('an unreadable signing time counts as the oldest knowledge', () => {
  expect(read({ signedTime: 'today' })).toMatchObject({ signedAtMs: 0 });
});

test.each([
  ['environment', 'PRODUCTION'],
  ['environment', 'normal'],
  ['environment', null],
  ['applicationId', 1.5],
  ['applicationId', ''],
  ['applicationId', 'two words'],
  ['purchaseOrderId', ''],
  ['purchaseOrderId', 17],
  ['purchaseOrderId', 'with space'],
  ['purchaseOrderId', 'x'.repeat(257)],
])('without application, environment or order id it cannot be placed: %s %j', (name, value) => {
  expect(read({ [name]: value })).toBeUndefined();
});
