import { describe, expect, test } from 'vitest';
import { BackendUnreachableError } from '../../src/main/ets/core/ports';
import { createScriptedServer, deliver, GRANTED, json, ORDER_ID, PENDING_BODY, problem, submit } from '../support/scripted-http';

const GOLD = { productId: 'gold60', productType: 0 } as const;
const PENDING = json(202, PENDING_BODY, { 'retry-after': '2' });
const CUT = new Error('no network');

describe('what is asked', () => {
  test('an intent, with application, product, quantity and account, in the account’s name', async () => {
    const server = createScriptedServer([json(201, { intentId: 'i', developerPayload: 'v1.i.x' })]);
    expect(await server.run(server.backend.createIntent('alice', GOLD, 2))).toEqual({ developerPayload: 'v1.i.x' });
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'POST', url: 'https://purchases.example.com/v1/purchase-intents' });
    expect(request?.headers).toMatchObject({ authorization: 'Bearer token-of-alice', 'content-type': 'application/json' });
    expect(JSON.parse(request?.body ?? '')).toEqual({
      account: 'alice',
      applicationId: '5765880207854356261',
      productId: 'gold60',
      quantity: 2,
    });
  });

  test('a submission hands on purchaseData character for character', async () => {
    const server = createScriptedServer([json(200, GRANTED)]);
    const purchaseData = '{"type":0, "jwsPurchaseOrder":"a.b.c"}';
    const answer = await server.run(server.backend.submit('alice', purchaseData));
    expect(answer).toEqual({ kind: 'granted', mayFinish: true, final: true, next: 'none', purchaseOrderId: ORDER_ID });
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({ account: 'alice', purchaseData });
  });

  test('an acknowledgement names its order, whatever characters it has', async () => {
    const server = createScriptedServer([json(200, { purchaseOrderId: 'a/b c', state: 'granted' })]);
    await server.run(server.backend.acknowledge('alice', 'a/b c'));
    expect(server.requests[0]?.url).toBe('https://purchases.example.com/v1/purchases/a%2Fb%20c/acknowledgement');
  });
});

describe('tries', () => {
  test.each([
    ['a cut line', CUT],
    ['a server in trouble', problem(503, 'LEDGER_UNAVAILABLE')],
    ['a server that failed', problem(500, 'INTERNAL_ERROR')],
    ['a server with too much to do', problem(429, 'RATE_LIMITED')],
    ['a proxy without a server', { status: 502, headers: { 'content-type': 'text/html' }, body: 'Bad Gateway' }],
  ] as const)('%s is asked again after growing waits, and answers in the end', async (_name, trouble) => {
    const { server, answer } = submit([trouble, trouble, json(200, GRANTED)]);
    expect(await answer).toMatchObject({ kind: 'granted' });
    expect(server.requests.map(({ atMs }) => atMs)).toEqual([0, 1_000, 3_000]);
  });

  test.each([[CUT], [problem(503, 'LEDGER_UNAVAILABLE')], [problem(429, 'RATE_LIMITED')]])('they are bounded: %o', async (trouble) => {
    const { server, answer } = submit([trouble]);
    await expect(answer).rejects.toThrow(BackendUnreachableError);
    expect(server.requests.length).toBe(3);
  });

  test('what takes its whole time is not tried again at once: the player is told after one time limit', async () => {
    let asked = 0;
    const token = () => new Promise<string>(() => void asked++);
    const { answer } = submit([json(200, GRANTED)], { token });
    await expect(answer).rejects.toThrow(BackendUnreachableError);
    expect(asked).toBe(1);
  });

  test('no two devices come back at the same moment', async () => {
    const { server, answer } = submit([CUT], { random: () => 0 });
    await expect(answer).rejects.toThrow(BackendUnreachableError);
    expect(server.requests.map(({ atMs }) => atMs)).toEqual([0, 500, 1_500]);
  });

  test('a short Retry-After is waited for', async () => {
    const { server, answer } = submit([problem(503, 'LEDGER_UNAVAILABLE', {}, { 'retry-after': '4' }), json(200, GRANTED)]);
    await answer;
    expect(server.requests[1]?.atMs).toBe(4_000);
  });

  test('a long Retry-After ends the tries and is handed to the kit, which keeps to it', async () => {
    const busy = problem(429, 'RATE_LIMITED', {}, { 'retry-after': '60' });
    const { server, answer } = submit([busy]);
    await expect(answer).rejects.toMatchObject({ name: 'BackendUnreachableError', retryAfterMs: 60_000 });
    expect(server.requests.length).toBe(1);
    expect(await deliver([busy])).toMatchObject({ kind: 'pending', code: 'BACKEND_UNREACHABLE', mayFinish: false, retryAfterMs: 60_000 });
  });

  test.each(['Wed, 21 Oct 2026 07:28:00 GMT', '-5', 'soon', '1e999', ''])(
    'a Retry-After of "%s" is never waited for past reason',
    async (value) => {
      const { answer } = submit([problem(503, 'LEDGER_UNAVAILABLE', {}, { 'retry-after': value })]);
      const error = await answer.catch((reason: unknown) => reason);
      expect((error as BackendUnreachableError).retryAfterMs).toBeLessThanOrEqual(600_000);
    },
  );
});

describe('the token', () => {
  test('is asked for again when the server does not take it', async () => {
    let time = 0;
    const { server, answer } = submit([problem(401, 'CREDENTIALS_INVALID', { next: 'fix-request' }), json(200, GRANTED)], {
      token: async () => `token-${++time}`,
    });
    expect(await answer).toMatchObject({ kind: 'granted' });
    expect(server.requests.map(({ headers }) => headers['authorization'])).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  test('that is never taken is the server’s word in the end, and not final', async () => {
    const { server, answer } = submit([problem(401, 'CREDENTIALS_INVALID', { next: 'fix-request' })]);
    expect(await answer).toMatchObject({ kind: 'refused', code: 'CREDENTIALS_INVALID', final: false, mayFinish: false });
    expect(server.requests.length).toBe(2);
  });

  test.each([
    ['throws', () => Promise.reject(new Error('not signed in'))],
    [
      'throws at once',
      () => {
        throw new Error('not signed in');
      },
    ],
    ['never comes', () => new Promise<string>(() => {})],
  ])('of a provider that %s is no answer, and nothing is sent', async (_name, token) => {
    const { server, answer } = submit([json(200, GRANTED)], { token });
    await expect(answer).rejects.toThrow(BackendUnreachableError);
    expect(server.requests).toEqual([]);
  });
});

describe('a grant that is on its way', () => {
  test('is asked for again, and arrives', async () => {
    const { server, answer } = submit([PENDING, PENDING, json(200, { ...GRANTED, state: 'finished' })]);
    expect(await answer).toMatchObject({ kind: 'finished', mayFinish: true });
    expect(server.requests.map(({ atMs }) => atMs)).toEqual([0, 2_000, 4_000]);
  });

  test('is left to the kit after a few questions', async () => {
    const { server, answer } = submit([PENDING]);
    expect(await answer).toMatchObject({ kind: 'pending', code: 'PENDING', final: false, next: 'ask-again', retryAfterMs: 2_000 });
    expect(server.requests.length).toBe(4);
  });

  test('is left to the kit at once when the server asks for a long time', async () => {
    const { server, answer } = submit([json(202, PENDING_BODY, { 'retry-after': '60' })]);
    expect(await answer).toMatchObject({ kind: 'pending', retryAfterMs: 60_000 });
    expect(server.requests.length).toBe(1);
  });

  test('and one that waits for a person is not asked for at once', async () => {
    const { server, answer } = submit([json(202, { ...PENDING_BODY, code: 'OWNER_UNKNOWN', next: 'contact-support' })]);
    expect(await answer).toMatchObject({ kind: 'pending', code: 'OWNER_UNKNOWN', next: 'contact-support' });
    expect(server.requests.length).toBe(1);
  });
});

test('a refusal is told with its sentence and its permission to finish, and not asked again', async () => {
  const { server, answer } = submit([problem(409, 'OWNED_BY_ANOTHER_ACCOUNT', { next: 'contact-support', mayFinish: true })]);
  expect(await answer).toEqual({
    kind: 'refused',
    code: 'OWNED_BY_ANOTHER_ACCOUNT',
    final: false,
    next: 'contact-support',
    mayFinish: true,
    retryAfterMs: 0,
    message: { en: 'A sentence.', zh: '一句话。' },
  });
  expect(server.requests.length).toBe(1);
});
