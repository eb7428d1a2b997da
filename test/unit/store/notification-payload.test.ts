import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { createStorePki, type StorePki } from '../../../dev/store/pki.js';
import { createVerifier } from '../../../src/store/index.js';
import { AT, NOTIFICATION } from './signed-evidence.js';

const SAMPLES = new URL('../../../../shared/huawei-samples/', import.meta.url);
const haveSamples = existsSync(SAMPLES);
if (!haveSamples) console.log('notification-payload: skipped, ../shared/huawei-samples is not there');

let pki: StorePki;
beforeAll(async () => {
  pki = await createStorePki({ now: AT });
});

async function judge(payload: object) {
  const { verdict } = await createVerifier({ trustedRoots: [pki.rootFingerprint] }).verifyNotification(await pki.sign(payload), AT);
  return verdict;
}

const { notificationMetaData: metadata } = NOTIFICATION;

test('a notification says what happened to which order, and keeps what we do not know', async () => {
  expect(await judge({ ...NOTIFICATION, added: 1 })).toEqual({
    kind: 'valid',
    document: 'notification',
    notification: {
      type: 'DID_NEW_TRANSACTION',
      subtype: 'INITIAL_BUY',
      requestId: NOTIFICATION.notificationRequestId,
      environment: 'production',
      applicationId: metadata.applicationId,
      purchaseOrderId: metadata.purchaseOrderId,
      signedAtMs: AT.getTime(),
      unexpected: [],
    },
    payload: { ...NOTIFICATION, added: 1 },
  });
});

test.each([
  ['a type of tomorrow', { notificationType: 'NEW' }, { type: 'NEW', unexpected: [] }],
  ['no order', { notificationMetaData: { ...metadata, purchaseOrderId: undefined } }, { purchaseOrderId: undefined, unexpected: [] }],
  ['an order that cannot be read', { notificationMetaData: { ...metadata, purchaseOrderId: 7 } }, { unexpected: ['purchaseOrderId'] }],
  ['a subtype that is no text', { notificationSubtype: 1 }, { subtype: undefined, unexpected: ['notificationSubtype'] }],
  ['no time', { signedTime: undefined }, { signedAtMs: 0, unexpected: ['signedTime'] }],
])('it is valid with %s', async (_, changes, expected) => {
  expect(await judge({ ...NOTIFICATION, ...changes })).toMatchObject({ kind: 'valid', notification: expected });
});

test.each([
  ['type', { notificationType: 1 }],
  ['request', { notificationRequestId: undefined }],
  ['metadata', { notificationMetaData: [] }],
  ['application', { notificationMetaData: { ...metadata, applicationId: undefined } }],
  ['environment', { notificationMetaData: { ...metadata, environment: 'BETA' } }],
])('without a readable %s it cannot be placed, which is not final', async (_, changes) => {
  expect(await judge({ ...NOTIFICATION, ...changes })).toMatchObject({ kind: 'undecided', code: 'PAYLOAD_UNREADABLE' });
});

describe.runIf(haveSamples)('Huawei’s documented examples', () => {
  test.each(['test', 'refund-request', 'initial-buy-consumable', 'initial-buy-nonrenewable', 'initial-buy-autorenewable'])(
    'are understood: %s',
    async (name) => {
      const payload = JSON.parse(readFileSync(new URL(`doc-notification-${name}.json`, SAMPLES), 'utf8')) as { notificationType: string };
      // The signature is ours: as of when it was made does not matter here.
      const verdict = await judge({ ...payload, signedTime: AT.getTime() });
      expect(verdict).toMatchObject({ kind: 'valid', notification: { type: payload.notificationType, unexpected: [] } });
    },
  );
});
