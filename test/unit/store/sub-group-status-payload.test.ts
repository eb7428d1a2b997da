import { expect, test } from 'vitest';
import { toGroupPurchases } from '../../../src/store/sub-group-status-payload.js';
import { readSignedTime } from '../../../src/store/verify-signed.js';
import { AT, ORDER } from './signed-evidence.js';

const renewal = (purchaseOrderId: string, changes: object = {}) => ({ ...ORDER, productType: '2', purchaseOrderId, ...changes });
const GROUP = { environment: 'NORMAL', applicationId: ORDER.applicationId, packageName: 'game', subGroupId: 'vip' };

const read = (group: object) => toGroupPurchases({ ...GROUP, ...group }, AT.getTime());
const idsOf = (group: object) => read(group).map(({ purchaseOrderId }) => purchaseOrderId);

test('every order of the group is found once: the last, the recent ones, and those of subscriptions before', () => {
  const found = idsOf({
    lastSubscriptionStatus: { lastPurchaseOrder: renewal('c'), recentPurchaseOrderList: [renewal('b'), renewal('c')] },
    historySubscriptionStatusList: [
      { lastPurchaseOrder: renewal('a'), recentPurchaseOrderList: [renewal('a')] },
      { lastPurchaseOrder: renewal('b') },
    ],
  });
  expect(found).toEqual(['c', 'b', 'a']);
});

test('an order without its own environment and application has the group’s', () => {
  const lastPurchaseOrder = { purchaseOrderId: 'a', productId: 'vip.month', productType: '2', signedTime: AT.getTime() };
  expect(read({ lastSubscriptionStatus: { lastPurchaseOrder } })).toMatchObject([
    { environment: 'production', applicationId: ORDER.applicationId, productType: 'auto-renewable', unexpected: [] },
  ]);
});

test('an order of another application, environment or type than its group’s is marked', () => {
  const lastPurchaseOrder = renewal('a', { applicationId: '1', environment: 'SANDBOX', productType: '0' });
  expect(read({ lastSubscriptionStatus: { lastPurchaseOrder } })).toMatchObject([
    { productType: 'auto-renewable', unexpected: ['environment', 'applicationId', 'productType'] },
  ]);
});

test('of one order told twice the newer telling counts, with its revocation', () => {
  const revoked = renewal('a', { signedTime: AT.getTime() + 1, purchaseOrderRevocationReasonCode: '0' });
  const group = { lastSubscriptionStatus: { lastPurchaseOrder: renewal('a'), recentPurchaseOrderList: [revoked] } };
  expect(read(group)).toMatchObject([{ revocation: { reasonCode: '0' } }]);
});

test('an order that cannot be read leaves its mark on those that can', () => {
  const group = { lastSubscriptionStatus: { lastPurchaseOrder: renewal('a'), recentPurchaseOrderList: [renewal(''), 7] } };
  expect(read(group)).toMatchObject([{ purchaseOrderId: 'a', unexpected: ['recentPurchaseOrderList'] }]);
});

test.each([{}, { lastSubscriptionStatus: null }, { lastSubscriptionStatus: [] }, { historySubscriptionStatusList: 'none' }])(
  'a group without orders has none: %j',
  (group) => {
    expect(idsOf(group)).toEqual([]);
  },
);

test('the group’s signing time is its own, else its newest order’s', () => {
  const recentPurchaseOrderList = [renewal('a', { signedTime: 1000 }), renewal('b', { signedTime: 3000 })];
  const group = { lastSubscriptionStatus: { lastPurchaseOrder: renewal('a', { signedTime: 2000 }), recentPurchaseOrderList } };
  expect(readSignedTime(group)).toEqual(new Date(3000));
  expect(readSignedTime({ ...group, signedTime: 4000 })).toEqual(new Date(4000));
  expect(readSignedTime({ signedTime: 'today' })).toBeUndefined();
});
