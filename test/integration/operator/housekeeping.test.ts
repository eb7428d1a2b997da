import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TEST_CATALOGUE } from '../../support/catalogue.js';
import { createTestCli, type CliResult } from '../../support/cli.js';
import { createTestWorld, type TestWorld } from '../../support/app.js';
import { unreachableAddress } from './unreachable-address.js';
import { ensureAccount } from '../../../src/ledger/accounts.js';
import { findApiKey } from '../../../src/ledger/api-keys.js';
import { findCatalogue } from '../../../src/ledger/catalogue-versions.js';
import { RESTART_STRANDED_SCHEDULE_ID } from '../../../src/workflows/contract.js';

let world: TestWorld;
let dropless: (...args: string[]) => Promise<CliResult>;
let droplessAlone: (...args: string[]) => Promise<CliResult>;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dropless-operator-'));
  world = await createTestWorld();
  dropless = createTestCli(world);
  droplessAlone = createTestCli(world, await unreachableAddress());
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true });
});

test('migrate leaves a schema that is up to date as it is', async () => {
  expect(await dropless('migrate')).toMatchObject({ status: 0, out: expect.stringContaining('up to date') as string });
});

test('migrate brings an empty database to the schema; before that every command says so', async () => {
  await world.database.db.query('drop schema if exists public cascade');
  await world.database.db.query('create schema public');
  expect(await dropless('parked')).toMatchObject({ status: 1, err: expect.stringMatching(/^SCHEMA_TOO_OLD: /) as string });
  expect(await dropless('migrate')).toMatchObject({ status: 0, err: '' });
  expect(await dropless('parked')).toMatchObject({ status: 0, out: expect.stringContaining('No order is parked') as string });
});

test('setup may be run twice, and ensures the schedule of the sweep', async () => {
  expect(await dropless('setup')).toMatchObject({ status: 0, out: expect.stringContaining('schedule was created') as string });
  expect(await dropless('setup')).toMatchObject({ status: 0, out: expect.stringContaining('was there already') as string });
  const { spec } = await world.temporal.client.schedule.getHandle(RESTART_STRANDED_SCHEDULE_ID).describe();
  expect(spec.intervals?.[0]?.every).toBe(60_000);
});

test('setup says where it looked for a Temporal that does not answer', async () => {
  const { status, err } = await droplessAlone('setup');
  expect(status).toBe(1);
  expect(err).toMatch(/^ENGINE_UNAVAILABLE: .*127\.0\.0\.1:\d+, namespace test-.+\n$/);
});

test('a catalogue is applied as the next version, and one with a fault is not', async () => {
  const good = join(folder, 'good.json');
  writeFileSync(good, JSON.stringify(TEST_CATALOGUE));
  const applied = await dropless('catalogue', 'apply', good, '--why', 'the first one');
  expect(applied).toMatchObject({
    status: 0,
    out: expect.stringMatching(/^Catalogue version \d+ is in force: applications: 2, products: 5\.$/m) as string,
  });
  const stored = await findCatalogue(world.database.db);
  const bad = join(folder, 'bad.json');
  writeFileSync(bad, JSON.stringify({ applications: [{ ...TEST_CATALOGUE.applications[0], realm: 'no such/realm' }] }));
  const refused = await dropless('catalogue', 'apply', bad, '--why', 'a slip');
  expect(refused).toMatchObject({ status: 1, err: expect.stringMatching(/^CATALOGUE_INVALID: .*applications\.0\.realm/) as string });
  expect(await findCatalogue(world.database.db)).toEqual(stored);
});

test('a key may be bound to some applications of its realm, each of them digits', async () => {
  const create = (...applications: string[]) =>
    dropless('key', 'create', '--realm', 'game', '--environment', 'production', ...applications.flatMap((id) => ['--application', id]));
  const find = async ({ out }: CliResult) => findApiKey(world.database.db, out.trim());
  expect(await find(await create('1', '22'))).toMatchObject({ realm: 'game', applications: ['1', '22'] });
  expect((await find(await create()))?.applications).toBeUndefined();
  expect(await create('1', 'com.example.game')).toMatchObject({ status: 2, out: '' });
});

test('a key works until it is revoked', async () => {
  const { out } = await dropless('key', 'create', '--realm', 'game', '--environment', 'production');
  const key = await findApiKey(world.database.db, out.trim());
  expect(key).toMatchObject({ realm: 'game', environment: 'production' });
  expect(await dropless('key', 'revoke', key?.keyId ?? '')).toMatchObject({ status: 0 });
  expect(await findApiKey(world.database.db, out.trim())).toBeUndefined();
  expect(await dropless('key', 'revoke', key?.keyId ?? '')).toMatchObject({
    status: 1,
    err: expect.stringMatching(/^API_KEY_UNKNOWN: /) as string,
  });
});

test('an account is forgotten once, in the one place named, and the act is recorded without its name', async () => {
  const { accountId } = world.account();
  const accountKey = await ensureAccount(world.database.db, { environment: 'production', realm: 'game', accountId });
  const forget = (environment: string, why = 'asked to be erased, ticket 12') =>
    dropless('account', 'forget', '--realm', 'game', '--environment', environment, '--account', accountId, '--why', why);
  expect(await forget('sandbox')).toMatchObject({ status: 1, err: expect.stringMatching(/^ACCOUNT_UNKNOWN: /) as string });
  expect(await forget('production', `${accountId} asked`)).toMatchObject({
    status: 2,
    out: '',
    err: expect.stringContaining('--why') as string,
  });
  expect(await forget('production')).toMatchObject({ status: 0, out: expect.stringContaining(`account number ${accountKey},`) as string });
  expect(await forget('production')).toMatchObject({ status: 1 });
  const { rows } = await world.database.db.query(
    'select row_to_json(a)::text as act, who, why from operator_acts a where account_key = $1',
    [accountKey],
  );
  expect(rows).toMatchObject([{ who: 'tester', why: 'asked to be erased, ticket 12' }]);
  expect(JSON.stringify(rows)).not.toContain(accountId);
});

test('recover says that it needs Temporal', async () => {
  expect(await droplessAlone('recover')).toMatchObject({ status: 1, err: expect.stringMatching(/^ENGINE_UNAVAILABLE: /) as string });
});
