import { expect } from 'vitest';
import type { Store } from '../../../dev/store/store.js';
import { APPLICATION_ID } from './device';
import type { FakeServer } from './fake-backend';

/** Flow A's promises, once the app has had its say: all that was paid is granted once, to its owner, and finished. */
export function expectAllDelivered(store: Store, server: FakeServer, users: readonly string[]): void {
  for (const user of users) {
    for (const productType of [0, 1, 3] as const) {
      for (const order of store.listOrders({ user, applicationId: APPLICATION_ID, environment: 'NORMAL', productType })) {
        if (order.revocation !== undefined || order.purchaseTimeMs === undefined) continue;
        expect(server.granted.has(order.purchaseOrderId), 'a paid order is granted').toBe(true);
        expect(order.finished, 'a granted order is finished').toBe(true);
        expect(server.acknowledged.has(order.purchaseOrderId), 'a finish is acknowledged').toBe(true);
        const [, , owner] = order.developerPayload.split('.');
        if (owner !== undefined) expect(server.granted.get(order.purchaseOrderId), 'the buyer got it').toBe(owner);
      }
    }
  }
}
