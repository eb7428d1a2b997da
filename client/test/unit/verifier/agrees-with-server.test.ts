// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 does not load without it.
import 'reflect-metadata';
import { Extension } from '@peculiar/x509';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createStorePki, type CertificateOptions, type SignOverrides } from '../../../../dev/store/pki.js';
import { createVerifier } from '../../../../src/store/index.js';
import { AT, DAY_MS, later, ORDER, verifyUnder } from './orders';

/** One thing about the evidence that is not as usual; some are allowed, most are not. */
interface Deviation {
  readonly root?: CertificateOptions;
  readonly intermediate?: CertificateOptions;
  readonly leaf?: CertificateOptions;
  readonly payload?: object;
  readonly header?: SignOverrides['header'];
}

const unknown = (critical: boolean) => new Extension('1.3.6.1.4.1.99999.1', critical, Uint8Array.of(5, 0));

const AUTHORITY: readonly CertificateOptions[] = [
  { signedByStranger: true },
  { issuer: 'CN=Somebody Else' },
  { notBefore: later(1000) },
  { notAfter: later(-1000) },
  { ca: false },
  { ca: 'absent' },
  { pathLength: 0 },
  { pathLength: 1 },
  { pathLength: 'absent' },
  { keyUsages: ['cRLSign'] },
  { keyUsages: 'absent' },
  { keyUsages: ['keyCertSign'] },
  { curve: 'P-256' },
  { hash: 'SHA-256' },
  { hash: 'SHA-512' },
  { storeOid: 'critical' },
  { extensions: [unknown(true)] },
  { extensions: [unknown(false)] },
  { extensions: [unknown(false), unknown(false)] },
];
const LEAF: readonly CertificateOptions[] = [
  ...AUTHORITY,
  { ca: true },
  { curve: 'P-384' },
  { keyUsages: ['digitalSignature'] },
  { keyUsages: ['digitalSignature', 'keyCertSign'] },
  { storeOid: 'absent' },
  { notBefore: later(-2 * DAY_MS), notAfter: AT },
];
const PAYLOAD: readonly object[] = [
  { purchaseOrderRevocationReasonCode: '0' },
  { purchaseOrderRevocationReasonCode: '' },
  { purchaseOrderRevocationReasonCode: null },
  { purchaseOrderRevocationReasonCode: 0 },
  { quantity: 5 },
  { quantity: 0 },
  { quantity: 10 },
  { quantity: 11 },
  { productType: '0' },
  { productType: 0 },
  { productType: '4' },
  { purchaseOrderId: '' },
  { purchaseOrderId: undefined },
  { applicationId: 5 },
  { environment: 'BETA' },
  { signedTime: undefined },
  { signedTime: AT.getTime() + 40 * 365 * DAY_MS },
  { purchaseTime: undefined },
  { finishStatus: '1' },
  { finishStatus: '9' },
  { notificationType: 'REVOKE' },
  { lastSubscriptionStatus: {} },
  { developerPayload: 'v1|x' },
];
const HEADER: readonly SignOverrides['header'][] = [
  { alg: 'none' },
  { alg: 'ES384' },
  { crit: [] },
  { jwk: {} },
  { typ: 'JOSE' },
  { typ: undefined },
  { x5c: [] },
  { kid: '1' },
];

const DEVIATIONS: readonly Deviation[] = [
  {},
  ...AUTHORITY.flatMap((options) => [{ root: options }, { intermediate: options }]),
  ...LEAF.map((leaf) => ({ leaf })),
  ...PAYLOAD.map((payload) => ({ payload })),
  ...HEADER.map((header) => ({ header })),
];

async function judgeByBoth({ root = {}, intermediate = {}, leaf = {}, payload = {}, header = {} }: Deviation) {
  const pki = await createStorePki({ now: AT, root, intermediate, leaf });
  const jws = await pki.sign({ ...ORDER, ...payload }, { header: header ?? {} });
  const { verdict } = await createVerifier({ trustedRoots: [pki.rootFingerprint] }).verify(jws, AT);
  return { device: await verifyUnder(pki, jws), server: verdict };
}

/** Where the two differ, the device is the stricter one, and only about what Huawei's chain never shows. */
const STRICTER = [
  'CHAIN_MALFORMED',
  'CHAIN_KEY_USAGE',
  'CHAIN_ALGORITHM',
  'JWS_CERTIFICATE_NOT_FOR_PURCHASES',
  'PAYLOAD_UNREADABLE',
  'PAYLOAD_UNEXPECTED',
];

function expectAgreement({ device, server }: Awaited<ReturnType<typeof judgeByBoth>>, of: Deviation): void {
  if (device.kind !== 'valid') {
    if (server.kind === 'valid') expect(STRICTER, JSON.stringify(of)).toContain(device.code);
    return;
  }
  expect(server, JSON.stringify(of)).toMatchObject({ kind: 'valid', document: 'purchase-order' });
  if (server.kind !== 'valid') return;
  const [{ purchaseOrderId, productId, quantity, purchasedAtMs, revocation, storeFinished, unexpected }] = server.purchases;
  expect(device.order).toMatchObject({ purchaseOrderId, productId, quantity, purchaseTime: purchasedAtMs });
  expect(device.order?.revoked).toBe(revocation !== undefined);
  expect(device.order?.finishStatus === '1').toBe(storeFinished);
  // A code of revocation that is no text revokes on both, and is noted on the server besides.
  expect(unexpected.filter((name) => name !== 'purchaseOrderRevocationReasonCode')).toEqual([]);
}

test('what the device takes, the server takes with the same meaning', { timeout: 60_000 }, async () => {
  let taken = 0;
  for (const deviation of DEVIATIONS) {
    const verdicts = await judgeByBoth(deviation);
    expectAgreement(verdicts, deviation);
    if (verdicts.device.kind === 'valid') taken += 1;
  }
  // Both halves of the list are worth something.
  expect(taken).toBeGreaterThan(15);
  expect(DEVIATIONS.length - taken).toBeGreaterThan(40);
});

test('and so it is with any of them together', { timeout: 60_000 }, async () => {
  const some = fc.subarray([...DEVIATIONS], { minLength: 2, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(some, async (deviations) => {
      const together = deviations.reduce<Deviation>((all, each) => ({ ...all, ...each }), {});
      expectAgreement(await judgeByBoth(together), together);
    }),
    { numRuns: 100 },
  );
});
