import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { UnsecuredJWT } from 'jose';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { bearer } from '../../support/api.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { pollUntil } from '../../../dev/stack/poll-until.js';
import { createApi, type ApiDeps } from '../../../src/api/app.js';
import { DroplessError } from '../../../src/domain/errors.js';
import { createApiKey } from '../../../src/ledger/api-keys.js';
import { openDatabase } from '../../../src/ledger/database.js';
import { checkSchema } from '../../../src/ledger/migrate.js';
import { createLogger } from '../../../src/telemetry/logger.js';
import { createMetrics } from '../../../src/telemetry/metrics.js';

type App = Awaited<ReturnType<typeof createApi>>;

let database: TestDatabase;
let key: string;
const apps: App[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  key = await createApiKey(database.db, { environment: 'production', realm: 'game' });
});
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
});
afterAll(() => database.close());

const LIMITS = { bodyBytesMax: 2_048, rateLimitPerMinute: 1_000, badCredentialsPerMinute: 1_000, inFlightMax: 1_000 };
const unexpected = () => Promise.reject(new TypeError('the test foresees no such call'));

interface Changes extends Partial<Omit<ApiDeps, 'fulfilment' | 'limits'>> {
  readonly limits?: Partial<ApiDeps['limits']>;
  readonly fulfilment?: Partial<ApiDeps['fulfilment']>;
}

/** The API over a fulfilment that the test plays: here only the way through HTTP is looked at. */
async function openApi({ limits, fulfilment, ...changes }: Changes = {}): Promise<App> {
  const app = await createApi({
    fulfilment: { createIntent: unexpected, submit: unexpected, acknowledge: unexpected, describe: unexpected, ...fulfilment },
    db: database.db,
    metrics: createMetrics(),
    checkReady: () => checkSchema(database.db),
    engineUp: () => false,
    waitingCallers: () => 0,
    tokenIssuers: [],
    logger: createLogger({ level: 'silent' }),
    limits: { ...LIMITS, ...limits },
    ...changes,
  });
  apps.push(app);
  return app;
}

const submit = (app: App, payload: object | string = { account: 'a', purchaseData: 'x' }, headers = {}) =>
  app.inject({
    method: 'POST',
    url: '/v1/purchases',
    payload,
    headers: { 'content-type': 'application/json', ...bearer(key), ...headers },
  });

test('a caller past its share is told when to come back, and others are not', async () => {
  const app = await openApi({ limits: { rateLimitPerMinute: 3 } });
  const get = (credentials: string) => app.inject({ url: '/v1/accounts/a/goods', headers: bearer(credentials) });
  for (let share = 0; share < 3; share += 1) expect((await get(key)).statusCode).toBe(200);
  const refused = await get(key);
  expect(refused.statusCode).toBe(429);
  expect(refused.json()).toMatchObject({ code: 'RATE_LIMITED', final: false, next: 'ask-again' });
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect((await get(await createApiKey(database.db, { environment: 'production', realm: 'game' }))).statusCode).toBe(200);
  expect((await app.inject({ url: '/livez' })).statusCode).toBe(200);
});

test.each([
  ['keys', () => `dlk_${randomBytes(6).toString('hex')}_${randomBytes(32).toString('base64url')}`],
  ['tokens', () => new UnsecuredJWT({ iss: 'nobody', jti: randomUUID() }).encode()],
])('bad %s of one address end in 429, and good credentials of that address are let in', async (_, makeBad) => {
  const app = await openApi({ limits: { badCredentialsPerMinute: 3 } });
  const get = (credentials: string, remoteAddress = '192.0.2.1') =>
    app.inject({ url: '/v1/accounts/a/goods', headers: bearer(credentials), remoteAddress });
  for (let tries = 0; tries < 3; tries += 1) expect((await get(makeBad())).statusCode).toBe(401);
  for (let tries = 0; tries < 3; tries += 1) {
    const refused = await get(makeBad());
    expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([429, 'RATE_LIMITED']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(1);
  }
  expect((await get(key)).statusCode).toBe(200);
  expect((await get(await createApiKey(database.db, { environment: 'production', realm: 'game' }))).statusCode).toBe(200);
  expect((await get(makeBad(), '192.0.2.2')).statusCode).toBe(401);
});

test('good calls never count as bad ones, however many come of one address', async () => {
  const app = await openApi({ limits: { badCredentialsPerMinute: 1 } });
  const get = (credentials: string) => app.inject({ url: '/v1/accounts/a/goods', headers: bearer(credentials) });
  for (let calls = 0; calls < 10; calls += 1) expect((await get(key)).statusCode).toBe(200);
  expect((await get('dlk_none')).statusCode).toBe(401);
});

test('work in flight is bounded, and callers who only wait for their grant are not counted', async () => {
  let waiting = 0;
  let release = (): void => undefined;
  const released = new Promise<never>((_, reject) => {
    release = () => reject(new DroplessError('PURCHASE_NOT_FOUND'));
  });
  const describe = () => released;
  const app = await openApi({ limits: { inFlightMax: 2 }, fulfilment: { describe }, waitingCallers: () => waiting });
  const get = () => app.inject({ url: '/v1/purchases/order', headers: bearer(key) });
  const held = Promise.all([get(), get()]);
  await pollUntil(async () => (await app.inject({ url: '/v1/accounts/a/goods', headers: bearer(key) })).statusCode === 429, {
    deadlineMs: 5_000,
  });
  const refused = await get();
  expect(refused.statusCode).toBe(429);
  expect(refused.headers['retry-after']).toBe('1');
  waiting = 1;
  expect((await app.inject({ url: '/v1/accounts/a/goods', headers: bearer(key) })).statusCode).toBe(200);
  release();
  expect((await held).map(({ statusCode }) => statusCode)).toEqual([404, 404]);
  waiting = 0;
  expect((await get()).statusCode).toBe(404);
});

test('a body too large, of another type or no JSON is refused without a word of it', async () => {
  const app = await openApi();
  const large = await submit(app, { account: 'a', purchaseData: 'x'.repeat(LIMITS.bodyBytesMax) });
  expect([large.statusCode, large.json<{ code: string }>().code]).toEqual([413, 'REQUEST_TOO_LARGE']);
  const broken = await submit(app, '{"account": secret-of-somebody');
  const text = await submit(app, 'secret-of-somebody', { 'content-type': 'text/csv' });
  const poisoned = await submit(app, '{"__proto__": {"secret-of-somebody": 1}}');
  const unknown = await submit(app, { account: 'a', purchaseData: 7, extra: 'secret-of-somebody' });
  for (const answer of [broken, text, poisoned, unknown]) {
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([400, 'REQUEST_MALFORMED']);
    expect(answer.body).not.toContain('secret-of-somebody');
  }
  expect(unknown.json<{ detail: string }>().detail).toContain('body.purchaseData');
});

test('what is not an address of ours, or not even HTTP, is answered as a problem too', async () => {
  const app = await openApi();
  for (const [url, status, code] of [
    ['/nowhere', 404, 'ROUTE_NOT_FOUND'],
    ['/v1/purchases/%E0%A4%A', 400, 'REQUEST_MALFORMED'],
  ] as const) {
    const answer = await app.inject({ url });
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([status, code]);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.headers['x-correlation-id']).toBe(answer.json<{ correlationId: string }>().correlationId);
  }
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  const socket = connect(Number(port), '127.0.0.1').setEncoding('utf8');
  socket.write('BREW coffee\r\n\r\n');
  const [answer] = (await once(socket, 'data')) as [string];
  expect(answer).toContain('content-type: application/problem+json');
  expect(answer).toContain('REQUEST_MALFORMED');
  socket.destroy();
});

test('a correlation id is taken if it is harmless, and made if not', async () => {
  const app = await openApi();
  const given = await app.inject({ url: '/livez', headers: { 'x-correlation-id': 'launch-2024-05' } });
  expect(given.headers['x-correlation-id']).toBe('launch-2024-05');
  const harmful = await app.inject({ url: '/livez', headers: { 'x-correlation-id': 'a b"<script>' } });
  expect(harmful.headers['x-correlation-id']).toMatch(/^[0-9a-f-]{36}$/);
});

test('503 with Retry-After is for a ledger out of reach, and nothing else fails with it', async () => {
  const db = openDatabase({ url: 'postgres://nobody@127.0.0.1:1/none', poolSizeMax: 1, onIdleError: () => undefined });
  const app = await openApi({ db, checkReady: () => checkSchema(db) });
  for (const url of ['/readyz', '/v1/accounts/a/goods']) {
    const answer = await app.inject({ url, headers: bearer(key) });
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([503, 'LEDGER_UNAVAILABLE']);
    expect(answer.headers['retry-after']).toBe('5');
  }
  expect((await app.inject({ url: '/livez' })).statusCode).toBe(200);
  await db.close();
});

test('ready without Temporal', async () => {
  expect((await (await openApi()).inject({ url: '/readyz' })).json()).toEqual({ ready: true, temporal: 'down' });
});

test('an error that nobody foresaw is answered with its correlation id alone, and logged with its cause', async () => {
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', destination: { write: (line) => void lines.push(line) } });
  const submitFails = () => Promise.reject(new Error('the cause of it'));
  const answer = await submit(await openApi({ logger, fulfilment: { submit: submitFails } }));
  expect(answer.statusCode).toBe(500);
  expect(answer.json()).toMatchObject({ code: 'INTERNAL_ERROR', final: false });
  expect(answer.body).not.toContain('the cause of it');
  const line = lines.find((each) => each.includes('the cause of it'));
  expect(line).toContain(answer.json<{ correlationId: string }>().correlationId);
});

test('the workflow is woken only after the caller has its answer, and also when the caller has gone', async () => {
  const events: string[] = [];
  const wake = () => Promise.resolve(void events.push('woken'));
  let acknowledged = (): void => undefined;
  let arrived = (): void => undefined;
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const fulfilment = {
    async acknowledge() {
      arrived();
      await new Promise<void>((resolve) => {
        acknowledged = resolve;
      });
      return { purchase: undefined, wake };
    },
  };
  const app = await openApi({ fulfilment });
  app.addHook('onSend', async (_, reply) => {
    reply.raw.once('finish', () => events.push('answered'));
  });
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  const socket = connect(Number(port), '127.0.0.1');
  const body = '{"account":"a"}';
  const head = `POST /v1/purchases/order/acknowledgement HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json`;
  socket.write(`${head}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  await arrival;
  acknowledged();
  await pollUntil(() => events.length === 2, { deadlineMs: 5_000 });
  expect(events).toEqual(['answered', 'woken']);

  socket.write(`${head}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  const second = acknowledged;
  await pollUntil(() => acknowledged !== second, { deadlineMs: 5_000 });
  socket.destroy();
  acknowledged();
  await pollUntil(() => events.filter((each) => each === 'woken').length === 2, { deadlineMs: 5_000 });
});
