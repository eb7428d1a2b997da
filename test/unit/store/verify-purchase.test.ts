import { beforeAll, expect, test } from 'vitest';
import { createStorePki, type StorePki } from '../../../dev/store/pki.js';
import type { ErrorCode } from '../../../src/domain/error-codes.js';
import { createVerifier, renderReport, signedTimeOf, toReport, type Verifier } from '../../../src/store/index.js';
import { AT, DAY_MS, HOUR_MS, later, NOTIFICATION, ORDER, refusedAs, verifySignedBy, verifyUnder } from './signed-evidence.js';

const SECONDS = 1000;
const FACTS = { purchaseOrderId: ORDER.purchaseOrderId, applicationId: ORDER.applicationId, environment: 'production' };
const STATUS = {
  environment: 'NORMAL',
  applicationId: ORDER.applicationId,
  packageName: 'game',
  subGroupId: 'vip',
  lastSubscriptionStatus: { status: '1', lastPurchaseOrder: { ...ORDER, productType: '2' } },
};

let pki: StorePki;
let verifier: Verifier;

beforeAll(async () => {
  pki = await createStorePki({ now: AT });
  verifier = createVerifier({ trustedRoots: [pki.rootFingerprint] });
});

const judge = async (payload: object | string, at = AT) => verifyUnder(pki, await pki.sign(payload), at);

test('a subscription status is valid with its orders, in its own field and bare', async () => {
  const jws = await pki.sign(STATUS);
  const valid = { kind: 'valid', document: 'subscription-status', purchases: [{ ...FACTS, productType: 'auto-renewable' }] };
  expect(await verifyUnder(pki, jws)).toMatchObject(valid);
  expect(await verifyUnder(pki, JSON.stringify({ type: 2, jwsSubscriptionStatus: jws }))).toMatchObject(valid);
});

test('what was signed decides, not the field it came in', async () => {
  const evidence = JSON.stringify({ type: 2, jwsSubscriptionStatus: await pki.sign(ORDER) });
  expect(await verifyUnder(pki, evidence)).toMatchObject({ kind: 'valid', document: 'purchase-order' });
});

test('a revoked order is valid evidence: of its revocation, with code "0" too', async () => {
  const verdict = await judge({ ...ORDER, purchaseOrderRevocationReasonCode: '0' });
  expect(verdict).toMatchObject({ kind: 'valid', purchases: [{ revocation: { reasonCode: '0' } }] });
});

test('a chain that is known already is judged anew each time: by its dates, and by the signature under it', async () => {
  const leaf = { notBefore: later(-DAY_MS), notAfter: later(DAY_MS) };
  const shortLived = await createStorePki({ now: AT, leaf });
  const known = createVerifier({ trustedRoots: [shortLived.rootFingerprint] });
  const codeAt = async (jws: string, at = AT) => {
    const { verdict } = await known.verify(jws, at);
    return verdict.kind === 'valid' ? 'valid' : verdict.code;
  };
  const [jws, other] = [await shortLived.sign(ORDER), await shortLived.sign({ ...ORDER, quantity: 9 })];
  const [header, body] = jws.split('.');
  expect(await codeAt(jws)).toBe('valid');
  expect(await codeAt(other)).toBe('valid');
  expect(await codeAt(`${header}.${body}.${other.split('.')[2]}`)).toBe('JWS_SIGNATURE_INVALID');
  expect(await codeAt(jws, later(2 * DAY_MS))).toBe('JWS_CERTIFICATE_EXPIRED');
  const foreign = await createStorePki({ now: AT });
  expect(await codeAt(await foreign.sign(ORDER))).toBe('JWS_CHAIN_INVALID');
  const mixed = { header: { x5c: [foreign.x5c[0], ...shortLived.x5c.slice(1)] } };
  expect(await codeAt(await foreign.sign(ORDER, mixed))).toBe('JWS_CHAIN_INVALID');
  expect(await codeAt(jws)).toBe('valid');
});

test('a chain that is known already is known in its own spelling alone', async () => {
  const known = createVerifier({ trustedRoots: [pki.rootFingerprint] });
  expect((await known.verify(await pki.sign(ORDER), AT)).verdict.kind).toBe('valid');
  const [leaf, intermediate, root] = pki.x5c;
  for (const x5c of [[pki.x5c.join(' ')], [`${leaf} ${intermediate}`, root], [leaf, `${intermediate} ${root}`]]) {
    const { verdict } = await known.verify(await pki.sign(ORDER, { header: { x5c } }), AT);
    expect(verdict).toEqual(refusedAs('JWS_CHAIN_INVALID'));
  }
});

const NOTIFIED = { ...FACTS, purchaseOrderId: NOTIFICATION.notificationMetaData.purchaseOrderId };

test.each([
  ['a notification', NOTIFICATION, NOTIFIED],
  ['a notification with an order’s fields beside', { ...NOTIFICATION, ...ORDER }, NOTIFIED],
  ['a notification with a subscription’s fields beside', { ...NOTIFICATION, ...STATUS }, NOTIFIED],
])('%s is not a purchase, however well signed, and is kept with what is readable', async (_, payload, keep) => {
  expect(await judge(payload)).toEqual({ kind: 'invalid', code: 'WRONG_DOCUMENT', keep });
});

test.each([
  ['an array', JSON.stringify([ORDER]), {}],
  ['a number', '1', {}],
  ['null', 'null', {}],
  ['a string', '"order"', {}],
  ['no JSON', 'order', {}],
  ['a document of no kind', { iss: 'somebody', sub: 'else' }, {}],
  ['an empty document', {}, {}],
  ['an order without its id', { ...ORDER, purchaseOrderId: undefined }, { applicationId: ORDER.applicationId, environment: 'production' }],
  ['an order of no application', { ...ORDER, applicationId: [] }, { purchaseOrderId: ORDER.purchaseOrderId, environment: 'production' }],
  [
    'an order of a new environment',
    { ...ORDER, environment: 'BETA' },
    { purchaseOrderId: ORDER.purchaseOrderId, applicationId: ORDER.applicationId },
  ],
  [
    'a status with no readable order',
    { ...STATUS, lastSubscriptionStatus: {} },
    { applicationId: ORDER.applicationId, environment: 'production' },
  ],
])('what the store signed and we cannot place is not final, and kept with what is readable: %s', async (_, payload, keep) => {
  expect(await judge(payload)).toEqual({ kind: 'undecided', code: 'PAYLOAD_UNREADABLE', keep });
});

test('an own "__proto__" in the payload lends it no fields', async () => {
  const { environment, ...rest } = ORDER;
  const payload = JSON.stringify(rest).replace('{', `{"__proto__":{"environment":"${environment}"},`);
  expect(await judge(payload)).toMatchObject({ kind: 'undecided', code: 'PAYLOAD_UNREADABLE' });
});

test.each([
  ['as our clock says', 0, 'valid'],
  ['a week ago', -7 * DAY_MS, 'valid'],
  ['five minutes ahead of us', 300 * SECONDS, 'valid'],
  ['more than five minutes ahead', 301 * SECONDS, 'CLOCK_OR_CERTIFICATE_EARLY'],
  ['a day ahead', DAY_MS, 'CLOCK_OR_CERTIFICATE_EARLY'],
  ['more than a day ahead', DAY_MS + SECONDS, 'JWS_CHAIN_INVALID'],
])('a document signed %s', async (_, aheadMs, expected) => {
  const verdict = await judge({ ...ORDER, signedTime: AT.getTime() + aheadMs });
  expect(verdict.kind === 'valid' ? 'valid' : verdict.code).toBe(expected);
});

test.each([
  ['expired', { notBefore: later(-2 * DAY_MS), notAfter: later(-DAY_MS) }, later(-1.5 * DAY_MS), 'JWS_CERTIFICATE_EXPIRED'],
  ['not yet valid', { notBefore: later(HOUR_MS), notAfter: later(DAY_MS) }, later(HOUR_MS), 'CLOCK_OR_CERTIFICATE_EARLY'],
])('an order under a leaf %s is not final, and kept', async (_, leaf, signedAt, code) => {
  const verdict = await verifySignedBy({ leaf }, { ...ORDER, signedTime: signedAt.getTime() });
  expect(verdict).toEqual({ kind: 'undecided', code, keep: FACTS });
});

test('a leaf a little early excuses no signing time far ahead', async () => {
  const leaf = { notBefore: later(HOUR_MS), notAfter: later(9 * DAY_MS) };
  expect(await verifySignedBy({ leaf }, { ...ORDER, signedTime: AT.getTime() + 2 * DAY_MS })).toEqual(refusedAs('JWS_CHAIN_INVALID'));
});

test.each([
  ['after the leaf’s last moment', { signedTime: AT.getTime() - HOUR_MS }],
  ['before its first', { signedTime: AT.getTime() - 3 * DAY_MS }],
])('under an expired leaf, what was signed %s is refused for good', async (_, changes) => {
  const leaf = { notBefore: later(-2 * DAY_MS), notAfter: later(-DAY_MS) };
  expect(await verifySignedBy({ leaf }, { ...ORDER, ...changes })).toEqual(refusedAs('JWS_CHAIN_INVALID'));
});

test.each<[string, object | string, ErrorCode, object]>([
  ['an unreadable time', { ...ORDER, signedTime: 'then' }, 'JWS_CERTIFICATE_EXPIRED', FACTS],
  ['no time', { ...ORDER, signedTime: undefined }, 'JWS_CERTIFICATE_EXPIRED', FACTS],
  ['nothing readable', 'order', 'PAYLOAD_UNREADABLE', {}],
])('under an expired leaf, what the store signed with %s is not final, and kept', async (_, payload, code, keep) => {
  const leaf = { notBefore: later(-2 * DAY_MS), notAfter: later(-DAY_MS) };
  const expired = await createStorePki({ now: AT, leaf });
  const jws = await expired.sign(payload);
  expect(await verifyUnder(expired, jws)).toEqual({ kind: 'undecided', code, keep });
  const [header, body] = jws.split('.');
  const [, , otherSignature] = (await expired.sign({ ...ORDER, quantity: 9 })).split('.');
  expect(await verifyUnder(expired, `${header}.${body}.${otherSignature}`)).toEqual(refusedAs('JWS_SIGNATURE_INVALID'));
});

test('an expired leaf excuses no other fault', async () => {
  const leaf = { notBefore: later(-2 * DAY_MS), notAfter: later(-DAY_MS) };
  const order = { ...ORDER, signedTime: AT.getTime() - 1.5 * DAY_MS };
  const expired = await createStorePki({ now: AT, leaf });
  const [header, payload] = (await expired.sign(order)).split('.');
  const [, , otherSignature] = (await expired.sign({ ...order, quantity: 9 })).split('.');
  expect(await verifyUnder(expired, `${header}.${payload}.${otherSignature}`)).toEqual(refusedAs('JWS_SIGNATURE_INVALID'));
  expect(await verifySignedBy({ leaf: { ...leaf, storeOid: 'absent' } }, order)).toEqual(refusedAs('JWS_CERTIFICATE_NOT_FOR_PURCHASES'));
  expect(await verifySignedBy({ leaf: { ...leaf, signedByStranger: true } }, order)).toEqual(refusedAs('JWS_CHAIN_INVALID'));
  const caExpiredBefore = { leaf, intermediate: { notAfter: later(-1.8 * DAY_MS) } };
  expect(await verifySignedBy(caExpiredBefore, order)).toEqual(refusedAs('JWS_CHAIN_INVALID'));
});

test('evidence judged once is judged the same at that moment for ever', async () => {
  const leaf = { notBefore: later(-DAY_MS), notAfter: later(DAY_MS) };
  const short = await createStorePki({ now: AT, leaf });
  const jws = await short.sign(ORDER);
  const first = await verifyUnder(short, jws, later(HOUR_MS));
  expect(first).toMatchObject({ kind: 'valid', purchases: [{ verifiedAtMs: AT.getTime() + HOUR_MS }] });
  expect(await verifyUnder(short, jws, later(HOUR_MS))).toEqual(first);
  expect(await verifyUnder(short, jws, later(2 * DAY_MS))).toMatchObject({ code: 'JWS_CERTIFICATE_EXPIRED' });
});

test('bad evidence never throws, and neither does a time that is none', async () => {
  for (const evidence of ['', '..', 'a.b.c', '{', '{}', 'x'.repeat(300_000), '\u0000.\u0000.\u0000']) {
    expect(await verifyUnder(pki, evidence)).toEqual(refusedAs('JWS_MALFORMED'));
  }
  expect(await judge(ORDER, new Date(Number.NaN))).toMatchObject({ kind: 'invalid' });
});

test('the checks stand in the order of the procedure, with what was seen', async () => {
  const { checks } = await verifier.verify(await pki.sign(ORDER), AT);
  const names = [
    'evidence',
    'envelope',
    'header',
    'store header',
    'certificates',
    'root',
    'path',
    'leaf',
    'purpose',
    'signature',
    'time',
    'revocation',
    'payload',
  ];
  expect(checks.map(({ name }) => name)).toEqual(names);
  const seen = Object.fromEntries(checks.map((check) => [check.name, check.seen]));
  expect(seen).toMatchObject({
    header: expect.stringContaining('ES256') as string,
    certificates: expect.stringMatching(/In-App Purchases.*Root CA/) as string,
    root: expect.stringContaining(pki.rootFingerprint) as string,
    time: expect.stringContaining('signed 2026-11-24T08:00:00.000Z') as string,
    payload: expect.stringContaining(ORDER.purchaseOrderId) as string,
  });
});

test.each([
  ['malformed', () => Promise.resolve('receipt'), 'evidence'],
  ['of another root', async () => (await createStorePki({ now: AT })).sign(ORDER), 'root'],
  ['from the future', () => pki.sign({ ...ORDER, signedTime: AT.getTime() + 2 * DAY_MS }), 'time'],
  ['a notification', () => pki.sign(NOTIFICATION), 'payload'],
])('the check that refused is the last one, and named: %s', async (_, sign, name) => {
  const { checks } = await verifier.verify(await sign(), AT);
  expect(checks.at(-1)).toMatchObject({ name, ok: false });
  expect(checks.slice(0, -1).every(({ ok }) => ok)).toBe(true);
});

test('neither token nor JWS is seen in any check', async () => {
  const jws = await pki.sign(ORDER);
  const texts = [
    jws,
    JSON.stringify({ type: 0, jwsPurchaseOrder: jws }),
    `${jws.slice(0, -2)}AA`,
    `{"purchaseToken":"${ORDER.purchaseToken}"`,
  ];
  for (const evidence of texts) {
    const rendered = renderReport(toReport(await verifier.verify(evidence, AT), AT));
    expect(rendered).not.toContain(ORDER.purchaseToken);
    for (const part of jws.split('.')) expect(rendered).not.toContain(part.slice(0, 40));
  }
});

test('a forger’s names reach a terminal without line breaks and control characters', async () => {
  const forged = await createStorePki({ now: AT, leaf: { name: 'CN=\u001b[2Jok\u202e VALID' } });
  const rendered = renderReport(toReport(await verifier.verify(await forged.sign(ORDER), AT), AT));
  for (const character of ['\u001b', '\u202e']) expect(rendered).not.toContain(character);
});

test('the last line says the verdict, and whether it is final', async () => {
  const lastLine = async (evidence: string, at = AT) =>
    renderReport(toReport(await verifier.verify(evidence, at), at))
      .split('\n')
      .at(-1);
  const jws = await pki.sign(ORDER);
  expect(await lastLine(jws)).toMatch(/^VALID/);
  expect(await lastLine('receipt')).toMatch(/^INVALID: JWS_MALFORMED \(final\)/);
  expect(await lastLine(jws, later(900 * DAY_MS))).toMatch(/^UNDECIDED: JWS_CERTIFICATE_EXPIRED \(not final\)/);
});

test('the claimed signing time is read from anything that has one, and from nothing else', async () => {
  expect(signedTimeOf(await pki.sign(ORDER))).toEqual(AT);
  expect(signedTimeOf(JSON.stringify({ jwsSubscriptionStatus: await pki.sign(STATUS) }))).toEqual(AT);
  for (const evidence of ['receipt', await pki.sign({}), await pki.sign('[]')]) expect(signedTimeOf(evidence)).toBeUndefined();
});
