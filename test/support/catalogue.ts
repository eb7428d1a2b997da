/** The game that tests sell for: one product of each kind that is granted, and a subscription. */
export const APPLICATION_ID = '5765880207854356261';
export const SANDBOX_APPLICATION_ID = '5765880207854350002';

export const TEST_CATALOGUE = {
  applications: [
    {
      applicationId: APPLICATION_ID,
      packageName: 'com.example.game',
      realm: 'game',
      environments: ['production'],
      adoptedAt: '2024-01-01T00:00:00Z',
      firstPresenter: { allowed: true, maxAgeHours: 72 },
      products: [
        { productId: 'gold60', type: 'consumable', grants: [{ kind: 'currency', currency: 'gold', amount: 60 }] },
        { productId: 'noads', type: 'non-consumable', grants: [{ kind: 'entitlement', entitlement: 'noads' }] },
        { productId: 'pass30', type: 'non-renewing', grants: [{ kind: 'entitlement', entitlement: 'pass', duration: 'P30D' }] },
        { productId: 'vip', type: 'auto-renewable', grants: [{ kind: 'entitlement', entitlement: 'vip', duration: 'P1M' }] },
      ],
    },
    {
      applicationId: SANDBOX_APPLICATION_ID,
      packageName: 'com.example.other',
      realm: 'other-game',
      environments: ['sandbox', 'production'],
      adoptedAt: '2024-01-01T00:00:00Z',
      products: [{ productId: 'gem10', type: 'consumable', grants: [{ kind: 'currency', currency: 'gem', amount: 10 }] }],
    },
  ],
};
