import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HttpAnswer } from '../../src/main/ets/core/http-backend';
import { BackendUnreachableError } from '../../src/main/ets/core/ports';
import { textOf } from '../../src/main/ets/core/texts';
import {
  createScriptedServer,
  deliver,
  openDelivery,
  GRANTED,
  json,
  ORDER_ID,
  PENDING_BODY,
  problem,
  submit,
} from '../support/scripted-http';

const GOLD = { productId: 'gold60', productType: 0 } as const;
const CUT = new Error('no network');
const HTML = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Welcome to our Wi-Fi</html>' };

/** What answers in the server's place, and what comes of a line that breaks off. */
const NOT_THE_API: Readonly<Record<string, HttpAnswer>> = {
  'a captive portal’s page': HTML,
  'a captive portal’s JSON': json(200, { success: true, login: 'https://wifi.example.com' }),
  'a list': json(200, [GRANTED]),
  'an empty object': json(200, {}),
  nothing: { status: 200, headers: { 'content-type': 'application/json' }, body: '' },
  null: json(200, null),
  'a redirect': { status: 302, headers: { location: 'https://wifi.example.com' }, body: '' },
  'a redirect with a granted body': json(302, GRANTED),
  'half an answer': { ...json(200, GRANTED), body: JSON.stringify(GRANTED).slice(0, -20) },
  'a granted body that calls itself text': { ...json(200, GRANTED), headers: { 'content-type': 'text/plain' } },
  'a granted body without a type': { ...json(200, GRANTED), headers: {} },
  'a granted body as 201': json(201, GRANTED),
  'a granted body as 203': json(203, GRANTED),
  'a granted body as 0': json(0, GRANTED),
  'a grant that may not be finished': json(200, { ...GRANTED, mayFinish: false }),
  'a grant whose permission is a text': json(200, { ...GRANTED, mayFinish: 'true' }),
  'a grant without an order': json(200, { ...GRANTED, purchaseOrderId: undefined }),
  'a grant of a number': json(200, { ...GRANTED, purchaseOrderId: 20_261_124 }),
  'a state that we do not know': json(200, { ...GRANTED, state: 'GRANTED' }),
  'a refusal without a next step': json(409, { code: 'PURCHASE_REVOKED', final: true }),
  'a refusal whose finality is a text': json(409, { code: 'PURCHASE_REVOKED', final: 'true', next: 'none' }),
  'a refusal whose next step we do not know': json(409, { code: 'PURCHASE_REVOKED', final: true, next: 'toString' }),
};

describe.each(Object.entries(NOT_THE_API))('%s', (_name, stranger) => {
  test('is no answer to a submission: the order is presented again and never finished', async () => {
    const { server, answer } = submit([stranger]);
    await expect(answer).rejects.toThrow(BackendUnreachableError);
    expect(server.requests.length).toBe(3);
    expect(await deliver([stranger])).toMatchObject({ kind: 'pending', mayFinish: false, code: 'BACKEND_UNREACHABLE' });
  });

  test('is no intent', async () => {
    const server = createScriptedServer([stranger]);
    await expect(server.run(server.backend.createIntent('alice', GOLD, 1))).rejects.toThrow(BackendUnreachableError);
  });
});

describe('an acknowledgement', () => {
  const acknowledge = (answer: HttpAnswer | Error) => {
    const server = createScriptedServer([answer]);
    return server.run(server.backend.acknowledge('alice', ORDER_ID));
  };

  test.each([
    json(200, { purchaseOrderId: ORDER_ID, state: 'received' }),
    json(200, { purchaseOrderId: ORDER_ID, state: 'granted' }),
    json(200, {}),
  ])('is taken: %o', async (answer) => {
    expect(await acknowledge(answer)).toMatchObject({ kind: 'granted', final: true });
  });

  test.each([
    HTML,
    json(200, { success: true }),
    json(200, []),
    json(200, { purchaseOrderId: 'another', state: 'granted' }),
    json(200, { purchaseOrderId: ORDER_ID }),
    json(202, { purchaseOrderId: ORDER_ID, state: 'granted' }),
    json(302, {}),
    CUT,
  ])('is not taken by a stranger, or of another order: %o', async (answer) => {
    await expect(acknowledge(answer)).rejects.toThrow(BackendUnreachableError);
  });

  test('that is refused says whether for ever', async () => {
    expect(await acknowledge(problem(403, 'CALLER_NOT_ALLOWED', { final: true, next: 'fix-request' }))).toMatchObject({
      kind: 'refused',
      final: true,
    });
    expect(await acknowledge(problem(404, 'PURCHASE_NOT_FOUND'))).toMatchObject({ kind: 'refused', final: false });
  });
});

test.each([
  json(200, { ...GRANTED, purchaseOrderId: 'another' }),
  json(202, { ...PENDING_BODY, purchaseOrderId: 'another', mayFinish: true, code: 'PARKED' }),
])('an answer about another order finishes nothing: %o', async (answer) => {
  expect(await deliver([answer])).toMatchObject({ kind: 'pending', mayFinish: false });
});

test('what the server says to whoever wrote the app is not told to the player', async () => {
  const said = { en: 'The request is not of the documented shape.', zh: '请求格式不正确。' };
  const refuse = (code: string, next: string) => deliver([problem(400, code, { next, final: true, message: said })]);
  expect((await refuse('REQUEST_MALFORMED', 'fix-request')).message).toEqual(textOf('a code without a sentence'));
  expect((await refuse('CREDENTIALS_INVALID', 'fix-request')).message).toEqual(textOf('CREDENTIALS_INVALID'));
  expect((await refuse('PURCHASE_REFUSED', 'contact-support')).message).toEqual(said);
});

test('who may not buy is not told of an order that was paid', async () => {
  const said = { en: 'Paid and recorded; the catalogue does not know the product yet.', zh: '已付款并已记录，商品尚未配置，客服会处理。' };
  const server = createScriptedServer([problem(422, 'PRODUCT_UNKNOWN', { message: said })]);
  const refusal = await server.run(openDelivery(server).announce('alice', GOLD, 1));
  expect(refusal).toEqual({ code: 'PRODUCT_UNKNOWN', message: textOf('PRODUCT_UNKNOWN') });
});

test('whatever comes back, nothing counts as granted but the API’s own grant', async () => {
  const field = fc.oneof(fc.constantFrom('granted', 'finished', true, 'true', ORDER_ID, null, 1), fc.string(), fc.boolean());
  const near = fc.record(
    { purchaseOrderId: field, state: field, mayFinish: field, final: field, next: field, code: field },
    { requiredKeys: [] },
  );
  const body = fc.oneof(
    near.map((value) => JSON.stringify(value)),
    fc.json(),
    fc.string(),
    fc.constant(JSON.stringify(GRANTED)),
  );
  const status = fc.oneof(fc.constantFrom(200, 201, 202, 204, 302, 409, 503), fc.integer({ min: 0, max: 599 }));
  const type = fc.constantFrom('application/json', 'application/problem+json', 'text/html', '');
  await fc.assert(
    fc.asyncProperty(status, type, body, fc.string(), async (code, contentType, text, retryAfter) => {
      const { answer } = submit([{ status: code, headers: { 'content-type': contentType, 'retry-after': retryAfter }, body: text }]);
      const { kind } = await answer.catch((): { kind: string } => ({ kind: 'unreachable' }));
      expect(kind === 'granted' || kind === 'finished').toBe(code === 200 && contentType.includes('json') && isGrant(text));
    }),
    { numRuns: 500 },
  );
});

/** Written apart from the kit, in the words of docs/api.md. */
function isGrant(text: string): boolean {
  try {
    const body = JSON.parse(text) as Record<string, unknown> | null;
    if (body === null || typeof body !== 'object' || typeof body['purchaseOrderId'] !== 'string') return false;
    return ['granted', 'finished'].some((state) => body['state'] === state) && body['mayFinish'] === true;
  } catch {
    return false;
  }
}
