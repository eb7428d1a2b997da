import { beforeAll, describe, expect, test } from 'vitest';
import { createStorePki, type StorePki } from '../../../dev/store/pki.js';
import { CheckFailure, createCheckList } from '../../../src/store/checks.js';
import { createVerifier, renderReport, toReport, type VerificationReport, type Verifier } from '../../../src/store/index.js';
import { DroplessError } from '../../../src/domain/errors.js';
import { AT, NOTIFICATION, ORDER } from './signed-evidence.js';

let pki: StorePki;
let verifier: Verifier;
beforeAll(async () => {
  pki = await createStorePki({ now: AT });
  verifier = createVerifier({ trustedRoots: [pki.rootFingerprint] });
});

const reportOf = async (payload: object, header = {}): Promise<VerificationReport> =>
  toReport(await verifier.verifyPurchase(await pki.sign(payload, { header }), AT), AT);
const checkOf = async (name: string, payload: object = ORDER, header = {}) =>
  (await reportOf(payload, header)).checks.find((check) => check.name === name);

const ORDER_FACTS = {
  document: 'purchase-order',
  purchaseOrderId: ORDER.purchaseOrderId,
  applicationId: ORDER.applicationId,
  environment: 'production',
  productId: 'coins.100',
  productType: 'consumable',
  quantity: '1',
  signedAt: '2026-11-24T08:00:00.000Z',
};

test('the report says what each check saw of a good order, for programs', async () => {
  const { judgedAt, verdict, code, checks } = await reportOf(ORDER);
  expect([judgedAt, verdict, code]).toEqual(['2026-11-24T08:00:00.000Z', 'valid', undefined]);
  const facts = Object.fromEntries(checks.flatMap((check) => (check.facts === undefined ? [] : [[check.name, check.facts]])));
  const certificate = {
    serialNumber: expect.any(String) as string,
    notBefore: '2021-11-25T08:00:00.000Z',
    notAfter: expect.any(String) as string,
  };
  expect(facts).toMatchObject({
    header: { algorithm: 'ES256' },
    certificates: { root: { ...certificate, subject: expect.stringContaining('Root CA') as string, fingerprint: pki.rootFingerprint } },
    path: { notBefore: '2026-11-23T08:00:00.000Z', notAfter: '2028-11-23T08:00:00.000Z' },
    purpose: { oid: '1.3.6.1.4.1.2011.2.415.1.1' },
    time: { signedAt: ORDER_FACTS.signedAt, at: ORDER_FACTS.signedAt, judgedAt: ORDER_FACTS.signedAt },
  });
  expect(facts['payload']).toEqual(ORDER_FACTS);
  expect(checks.filter(({ facts: seen }) => seen === undefined).map((check) => Object.keys(check))).toContainEqual(['name', 'ok', 'seen']);
});

const ORDER_LINE = `order ${ORDER.purchaseOrderId}, application ${ORDER.applicationId}, production, coins.100 (consumable) × 1, signed 2026-11-24T08:00:00.000Z`;

test.each<[string, object, string, object]>([
  ['unfinished', {}, ', paid 2026-11-24T07:59:00.000Z, unfinished, not revoked', {}],
  ['finished', { finishStatus: '1' }, ', paid 2026-11-24T07:59:00.000Z, finished, not revoked', {}],
  ['not completed', { purchaseTime: undefined }, ', not completed, unfinished, not revoked', {}],
  ['revoked', { purchaseOrderRevocationReasonCode: '0' }, ', paid 2026-11-24T07:59:00.000Z, unfinished, revoked (0)', { revocation: '0' }],
  [
    'not understood',
    { price: 'x', currency: 1 },
    ', paid 2026-11-24T07:59:00.000Z, unfinished, not revoked, not understood: price, currency',
    {},
  ],
])('an order %s is described in words and facts', async (_, changes, line, facts) => {
  expect(await checkOf('payload', { ...ORDER, ...changes })).toEqual({
    name: 'payload',
    ok: true,
    seen: `${ORDER_LINE}${line}`,
    facts: { ...ORDER_FACTS, ...facts },
  });
});

test.each([
  ['of an order', NOTIFICATION, 'DID_NEW_TRANSACTION (INITIAL_BUY)', 'order-1'],
  [
    'of no order',
    { ...NOTIFICATION, notificationSubtype: undefined, notificationMetaData: { environment: 'SANDBOX', applicationId: '1' } },
    'DID_NEW_TRANSACTION',
    undefined,
  ],
] as const)('a notification %s is described in words and facts', async (_, payload, kind, purchaseOrderId) => {
  const { checks } = await verifier.verifyNotification(await pki.sign(payload), AT);
  const { environment: name, applicationId } = payload.notificationMetaData;
  const environment = name === 'NORMAL' ? 'production' : 'sandbox';
  const requestId = NOTIFICATION.notificationRequestId;
  expect(checks.at(-1)).toEqual({
    name: 'payload',
    ok: true,
    seen: `${kind}, request ${requestId}, application ${applicationId}, ${environment}, order ${purchaseOrderId ?? 'not named'}`,
    facts: {
      document: 'notification',
      type: 'DID_NEW_TRANSACTION',
      requestId,
      applicationId,
      environment,
      ...(purchaseOrderId !== undefined && { purchaseOrderId }),
    },
  });
});

test.each<[string, object, string, string]>([
  ['a refused parameter', { jwk: {} }, 'header', 'the header has jwk'],
  ['another algorithm', { alg: 'RS256' }, 'header', 'alg is not ES256'],
  ['no certificates', { x5c: 1 }, 'store header', 'not as documented: x5c'],
  ['two certificates', { x5c: ['AA==', 'AA=='] }, 'certificates', '2 certificates instead of 3'],
  ['no certificate', { x5c: ['AA==', 'AA==', 'AA=='] }, 'certificates', 'an entry is not base64 of a certificate'],
])('a refusal says what was seen: %s', async (_, header, name, seen) => {
  const { checks, verdict } = await reportOf(ORDER, header);
  expect([verdict, checks.at(-1)]).toEqual(['invalid', { name, ok: false, seen }]);
});

test.each([
  ['a.b', 'not three parts of base64url'],
  ['a'.repeat(600_000), 'more than 524288 characters'],
  ['e30.e30', 'not three parts of base64url'],
  ['AAAA.e30.AAAA', 'the header is no JSON, too large, too deep or ambiguous'],
  ['W10.e30.AAAA', 'the header is not a JSON object'],
])('an envelope that is none says why', async (jws, seen) => {
  const { checks } = await verifier.verifyPurchase(jws, AT);
  expect(checks).toEqual([{ name: 'envelope', ok: false, seen }]);
});

test('for a person there is a line for each check and for each certificate, and the verdict last', async () => {
  const lines = renderReport(await reportOf(ORDER)).split('\n');
  expect(lines[0]).toBe('Judged as of 2026-11-24T08:00:00.000Z.');
  expect(lines).toContain('ok   header       alg ES256');
  expect(lines).toContain('ok   signature    ES256, by the key');
  expect(lines.filter((line) => line.startsWith('       ')).map((line) => line.trim().split(' ', 3).join(' '))).toEqual([
    expect.stringMatching(/^leaf: subject /),
    expect.stringMatching(/^intermediate: subject /),
    expect.stringMatching(/^root: subject /),
  ]);
  expect(lines.find((line) => line.includes('root: '))).toMatch(
    /, serialNumber [\da-f]+, notBefore 2021-.*, notAfter .*, fingerprint [\da-f]{64}$/,
  );
  expect(lines.at(-1)).toBe('VALID: the store signed this.');
  const refused = renderReport(await reportOf(ORDER, { alg: 'none' })).split('\n');
  expect(refused).toContain('FAIL header       alg is not ES256');
  expect(refused.at(-1)).toMatch(/^INVALID: JWS_HEADER_REFUSED \(final\)\. \S/);
});

describe('what a check saw', () => {
  const seenOf = async (error: Error) => {
    const checks = createCheckList();
    const failing = checks.run('check', () => {
      throw error;
    });
    await expect(failing).rejects.toBe(error);
    return checks.list;
  };

  test('is its own word, a listed text, or nothing at all of an unforeseen error', async () => {
    const cause = new Error('inner');
    expect(new CheckFailure('JWS_MALFORMED', 'seen', cause).cause).toBe(cause);
    expect(await seenOf(new CheckFailure('JWS_MALFORMED', 'seen'))).toEqual([{ name: 'check', ok: false, seen: 'seen' }]);
    const listed = new DroplessError('LEDGER_UNAVAILABLE');
    expect(await seenOf(listed)).toEqual([{ name: 'check', ok: false, seen: listed.message }]);
    expect(await seenOf(new Error('token'))).toEqual([{ name: 'check', ok: false, seen: 'could not be checked' }]);
  });

  test('is printable, bounded, and so are its facts', async () => {
    const checks = createCheckList();
    const long = 'x'.repeat(401);
    checks.fail('check', `a\u001b\u202eb\n`, { one: 'c\u0000d', several: { two: 'e\u2028f', long } });
    checks.fail('check', long);
    checks.fail('check', 'x'.repeat(400));
    expect(checks.list).toEqual([
      { name: 'check', ok: false, seen: 'a??b?', facts: { one: 'c?d', several: { two: 'e?f', long: `${'x'.repeat(400)}…` } } },
      { name: 'check', ok: false, seen: `${'x'.repeat(400)}…` },
      { name: 'check', ok: false, seen: 'x'.repeat(400) },
    ]);
  });
});
