import { expect, test } from 'vitest';
import { APPLICATION_ID, TEST_CATALOGUE } from '../../support/catalogue.js';
import { parsePurchaseOrderId } from '../../../src/domain/ids.js';
import { parseCatalogue } from '../../../src/domain/parse-catalogue.js';
import type { VerifiedPurchase } from '../../../src/domain/purchase.js';
import { checkAgainstCatalogue } from '../../../src/operator/check-against-catalogue.js';
import { renderJudgement } from '../../../src/operator/render-judgement.js';

const catalogue = parseCatalogue(TEST_CATALOGUE, 1);
const PURCHASE: VerifiedPurchase = {
  purchaseOrderId: parsePurchaseOrderId('order-1'),
  environment: 'production',
  applicationId: APPLICATION_ID,
  productId: 'gold60',
  productType: 'consumable',
  quantity: 2,
  purchasedAtMs: Date.UTC(2026, 0, 1),
  signedAtMs: Date.UTC(2026, 0, 1),
  verifiedAtMs: Date.UTC(2026, 0, 1),
  storeFinished: false,
  price: 600n,
  currency: 'CNY',
  developerPayload: '',
  revocation: undefined,
  unexpected: [],
};

test('an order of a known product that nobody delivered is grantable, whoever owns it', () => {
  const judgement = checkAgainstCatalogue(PURCHASE, catalogue);
  expect(judgement.obstacles).toEqual([]);
  expect(judgement.checks.every(({ ok }) => ok)).toBe(true);
  expect(renderJudgement(judgement).at(-1)).toMatch(/^GRANTABLE/);
});

test.each<[string, Partial<VerifiedPurchase>, string[]]>([
  ['a revocation of code 0', { revocation: { reasonCode: '0', revokedAtMs: undefined } }, ['PURCHASE_REVOKED']],
  ['a payment that has not completed', { purchasedAtMs: undefined }, ['NOT_COMPLETED']],
  ['a quantity that is not understood', { unexpected: ['quantity'] }, ['PAYLOAD_UNEXPECTED']],
  ['a subscription', { productId: 'vip', productType: 'auto-renewable' }, ['SUBSCRIPTION_UNSUPPORTED']],
  ['an order paid before adoption', { purchasedAtMs: Date.UTC(2023, 0, 1) }, ['BEFORE_ADOPTION']],
])('%s stands against a grant, and its check says so', (_, changes, codes) => {
  const { checks, obstacles } = checkAgainstCatalogue({ ...PURCHASE, ...changes }, catalogue);
  expect(obstacles).toEqual(codes);
  expect(checks.filter(({ ok }) => !ok)).toHaveLength(1);
});

test('what rests on an unknown application is not called good', () => {
  const { checks } = checkAgainstCatalogue({ ...PURCHASE, applicationId: '1' }, catalogue);
  const names = checks.map(({ name }) => name);
  expect(names).toContain('application');
  for (const name of ['environment', 'product', 'type', 'adoption']) expect(names).not.toContain(name);
});
