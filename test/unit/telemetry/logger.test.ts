import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { DroplessError } from '../../../src/domain/errors.js';
import { createLogger, type Logger } from '../../../src/telemetry/logger.js';

const base64Url = (text: string): string => Buffer.from(text).toString('base64url');

const PURCHASE_TOKEN = '0000018f7f4279e9d43bd3b8eb415ce7be42d7b2701540560d53a9af00979ed10995fe5f42c1752a.1.5765880207854356261';
const ORDER_ID = '202405161036449949c73488c1.5765880207854356261';
const KEY = Buffer.alloc(32, 0xa7).toString('base64url');
const API_KEY = `dlk_0123456789ab_${KEY}`;
const DEVELOPER_PAYLOAD = `v1.3yx8Qm.${KEY}`;
const PAYLOAD = JSON.stringify({ purchaseOrderId: ORDER_ID, purchaseToken: PURCHASE_TOKEN });
const JWS = [base64Url('{"alg":"ES256","typ":"JWT"}'), base64Url(PAYLOAD), base64Url('signature'.repeat(8))].join('.');
const PASSWORD = 'hunter2-of-the-ledger';
const SECRETS = [PURCHASE_TOKEN, KEY, JWS, ...JWS.split('.'), PASSWORD];

/** What the logger wrote, line by line, when `write` had used it. */
function logged(write: (logger: Logger) => void): string {
  let output = '';
  write(createLogger({ level: 'trace', destination: { write: (line: string) => void (output += line) } }));
  expect(output.endsWith('\n')).toBe(true);
  return output;
}

function expectNoSecret(output: string): void {
  for (const secret of SECRETS) expect(output).not.toContain(secret);
  // Nor the beginning of one: half a JWS still holds the payload.
  expect(output).not.toContain(JWS.slice(0, 24));
  expect(output).not.toContain(PURCHASE_TOKEN.slice(0, 48));
  expect(output).not.toMatch(/167\D(\d*\D{2})?167/); // The key's bytes, as numbers.
}

function databaseError(fields: Partial<pg.DatabaseError>): pg.DatabaseError {
  const error = new pg.DatabaseError(fields.message ?? 'insert or update violates check constraint "entries_sum"', 1, 'error');
  return Object.assign(error, { severity: 'ERROR', code: '23514', routine: 'ExecConstraints', ...fields });
}

function thrownBy(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

describe('no secret reaches the log', () => {
  test.each([
    ['a JWS in a field', { jws: JWS }],
    ['a field in another spelling', { purchase_token: PURCHASE_TOKEN, 'Set-Cookie': KEY, API_KEY: KEY }],
    ['nested fields', { request: { body: { purchaseData: JWS, deep: [{ developerPayload: DEVELOPER_PAYLOAD }] } } }],
    ['a header', { headers: { authorization: `Bearer ${JWS}` } }],
    ['a secret in a field of an innocent name', { note: JWS, other: PURCHASE_TOKEN, third: API_KEY, fourth: KEY }],
    ['a secret as the name of a field', { [JWS]: 1, [PURCHASE_TOKEN]: 2 }],
    ['a secret inside JSON inside a text', { note: JSON.stringify({ purchaseData: PAYLOAD }) }],
    ['the URL of a database', { note: `connecting to postgres://dropless:${PASSWORD}@127.0.0.1/dropless` }],
    ['key bytes', { ring: Buffer.from(KEY, 'base64url'), other: new Uint8Array(Buffer.from(KEY, 'base64url')) }],
    ['key rings', { secrets: { evidenceKeys: `2026a:${KEY}` }, note: `DROPLESS_EVIDENCE_KEYS=2026a:${KEY}` }],
    [
      'an object of a class',
      {
        presented: new (class {
          readonly jws = JWS;
          readonly note = PURCHASE_TOKEN;
        })(),
      },
    ],
    ['what an object says of itself in JSON', { presented: { toJSON: () => ({ purchaseToken: PURCHASE_TOKEN, note: JWS }) } }],
  ])('%s', (_place, fields) => {
    expectNoSecret(logged((logger) => logger.info(fields, 'looked')));
    expectNoSecret(logged((logger) => logger.child(fields).info('looked')));
  });

  test('in a message, whole or cut short', () => {
    expectNoSecret(logged((logger) => logger.warn(`refused ${JWS}`)));
    expectNoSecret(logged((logger) => logger.warn('refused %s and %s', JWS.slice(0, 90), PURCHASE_TOKEN)));
    expectNoSecret(logged((logger) => logger.warn(`refused ${'x'.repeat(7_980)} ${PURCHASE_TOKEN}`)));
  });

  test('in an error, its stack and its chain of causes', () => {
    const innermost = Object.assign(new Error(`bad token ${PURCHASE_TOKEN}`), { jws: JWS, note: API_KEY });
    const error = new DroplessError('INTERNAL_ERROR', { cause: new Error(`while reading ${JWS}`, { cause: innermost }) });
    for (const output of [
      logged((logger) => logger.error(error)),
      logged((logger) => logger.error({ err: error }, 'failed')),
      logged((logger) => logger.error({ error }, 'failed')),
      logged((logger) => logger.error(new AggregateError([innermost], JWS))),
    ]) {
      expectNoSecret(output);
    }
  });

  test('in the values that a database error carries', () => {
    const error = databaseError({
      detail: `Failing row contains (${ORDER_ID}, ${PASSWORD}).`,
      where: `unnamed portal parameter $1 = '${PASSWORD}'`,
      internalQuery: `select '${PASSWORD}'`,
    });
    Object.assign(error, { parameters: [PASSWORD] });
    const output = logged((logger) => logger.error(new DroplessError('LEDGER_UNAVAILABLE', { cause: error })));
    expectNoSecret(output);
    expect(output).toContain('entries_sum');
    expect(output).toContain('23514');
  });

  test('in the value that a database error quotes', () => {
    const error = databaseError({ message: `invalid input syntax for type bigint: "${PASSWORD}"`, code: '22P02' });
    const output = logged((logger) => logger.error(error));
    expectNoSecret(output);
    expect(output).toContain('invalid input syntax');
    expectNoSecret(logged((logger) => logger.error({ err: error, msg: undefined })));
  });

  test('in the piece of text that a JSON error quotes', () => {
    for (const text of [JWS, `${PASSWORD}{`, `{"a": ${PASSWORD}}`]) {
      const error = thrownBy(() => JSON.parse(text) as unknown);
      const output = logged((logger) => logger.error(error));
      expectNoSecret(output);
      expect(output).not.toContain(text.slice(0, 8));
      expect(output).not.toContain('hunter2');
    }
  });

  test('in a validation error', () => {
    const schema = z.strictObject({ quantity: z.number(), kind: z.enum(['a']) });
    const input = { quantity: PASSWORD, kind: PASSWORD, [PASSWORD]: JWS };
    const error = thrownBy(() => schema.parse(input, { reportInput: true }));
    expectNoSecret(logged((logger) => logger.error(error)));
    expectNoSecret(logged((logger) => logger.error(new DroplessError('REQUEST_MALFORMED', { cause: error }))));
  });
});

describe('what stays readable', () => {
  test('order ids, codes, names of constraints and correlation ids', () => {
    const correlationId = '8f14e45f-ceea-467f-a8d5-7b2a7e8c2f9b';
    const fields = { purchaseOrderId: ORDER_ID, code: 'PENDING', correlationId, tooMany: false, attempts: 3, nothing: null };
    const line = JSON.parse(logged((logger) => logger.info(fields, 'granted'))) as object;
    expect(line).toMatchObject({ ...fields, msg: 'granted', level: 'info' });
  });

  test('an error keeps its type, code and chain of causes', () => {
    const cause = databaseError({ message: 'duplicate key value violates unique constraint "grants_one_per_purchase"', code: '23505' });
    const line = JSON.parse(logged((logger) => logger.error(new DroplessError('INTERNAL_ERROR', { cause })))) as object;
    expect(line).toMatchObject({
      err: {
        type: 'DroplessError',
        code: 'INTERNAL_ERROR',
        cause: { code: '23505', message: 'duplicate key value violates unique constraint "grants_one_per_purchase"' },
      },
    });
  });

  test('a number above 2^53 keeps its digits', () => {
    expect(logged((logger) => logger.info({ amount: 9_007_199_254_740_993n }))).toContain('"amount":"9007199254740993"');
  });

  test('a line below the level is not written', () => {
    let output = '';
    createLogger({ level: 'warn', destination: { write: (line: string) => void (output += line) } }).info('quiet');
    expect(output).toBe('');
  });
});
