import { expect, test } from 'vitest';
import { createStorePki } from '../../../dev/store/pki.js';
import { createStore } from '../../../dev/store/store.js';
import { createVerifier } from '../../../src/store/index.js';

const AT = new Date('2026-11-24T08:00:00Z');
const ORDER = { user: 'payer', applicationId: '5765880207854356261', productId: 'coins.100', price: 600, developerPayload: 'v1.x.y' };

test.each([
  { productType: 0, document: 'purchase-order' },
  { productType: 1, document: 'purchase-order' },
  { productType: 2, document: 'subscription-status' },
  { productType: 3, document: 'purchase-order' },
] as const)('what the simulator signs for type $productType the verifier accepts under the simulator’s root', async (expected) => {
  const pki = await createStorePki({ now: AT });
  const store = createStore({ pki, clock: () => AT });
  const { purchaseOrderId, purchaseData } = await store.pay({ ...ORDER, productType: expected.productType });
  const { verdict } = await createVerifier({ trustedRoots: [pki.rootFingerprint] }).verify(purchaseData, AT);
  const purchase = { purchaseOrderId, productId: 'coins.100', environment: 'production' };
  expect(verdict).toMatchObject({ kind: 'valid', document: expected.document, purchases: [purchase] });
});

test('under any other root the verifier refuses it', async () => {
  const pki = await createStorePki({ now: AT });
  const { purchaseData } = await createStore({ pki, clock: () => AT }).pay({ ...ORDER, productType: 0 });
  const { rootFingerprint } = await createStorePki({ now: AT });
  const { verdict } = await createVerifier({ trustedRoots: [rootFingerprint] }).verify(purchaseData, AT);
  expect(verdict).toMatchObject({ kind: 'invalid' });
});
