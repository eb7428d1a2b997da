import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { OFFLINE_DEPS, runDropless } from '../../support/cli.js';
import { toPlainLine } from '../../../src/operator/create-shell.js';
import { DroplessError } from '../../../src/domain/errors.js';

const failWith = (error: Error) => ({
  ...OFFLINE_DEPS,
  openDatabase: () => {
    throw error;
  },
});

test('a failure is one line: its code, what it means, and what to do', async () => {
  const { status, out, err } = await runDropless(['show', 'order-1'], failWith(new DroplessError('LEDGER_UNAVAILABLE')));
  expect({ status, out, err }).toEqual({
    status: 1,
    out: '',
    err: 'LEDGER_UNAVAILABLE: The ledger cannot be reached; nothing was accepted. Check that PostgreSQL runs, and DROPLESS_DATABASE_URL.\n',
  });
});

test('a failure about an order names the order in what to do', async () => {
  const { err } = await runDropless(['show', 'order-$&-1'], failWith(new DroplessError('PARK_NUMBER_STALE')));
  expect(err).toContain('`dropless show order-$&-1`');
});

test('an unforeseen failure shows neither its text nor a stack', async () => {
  const error = Object.assign(new Error('insert of (secret) failed\nat line 1'), { code: '23514' });
  const { status, err } = await runDropless(['show', 'order-1'], failWith(error));
  expect(status).toBe(1);
  expect(err).toMatch(/^INTERNAL_ERROR: Something failed on our side; nothing was lost\. \(Error 23514\) [^\n]+\n$/);
  expect(err).not.toMatch(/secret|line 1/);
});

test.each([['retry'], ['resolve', '--as', 'refused'], ['release'], ['attach', '--account', 'player-1']])(
  '%s without a reason is wrong usage',
  async (act, ...options) => {
    expect(await runDropless([act, 'order-1', ...options])).toMatchObject({ status: 2, err: expect.stringContaining('--why') as string });
    expect(await runDropless([act, 'order-1', ...options, '--why', ' '])).toMatchObject({ status: 2 });
  },
);

test.each(['not json', '{}', '{"applications":[{"applicationId":1}]}'])('a catalogue with a fault is refused: %s', async (text) => {
  const folder = mkdtempSync(join(tmpdir(), 'dropless-catalogue-'));
  const path = join(folder, 'catalogue.json');
  writeFileSync(path, text);
  const { status, err } = await runDropless(['catalogue', 'check', path]);
  rmSync(folder, { recursive: true });
  expect(status).toBe(1);
  expect(err).toMatch(/^CATALOGUE_INVALID: .+\n$/);
});

test('a whole API key given where its id belongs is not repeated', async () => {
  const { status, out, err } = await runDropless(['key', 'revoke', 'dlk_0123456789ab_SECRET']);
  expect({ status, out }).toEqual({ status: 2, out: '' });
  expect(err).not.toContain('SECRET');
});

test('words of others cannot steer the terminal', () => {
  expect(toPlainLine('a\u001b[2Jb\nc\u202ed')).toBe('a\u{fffd}[2Jb\u{fffd}c\u{fffd}d');
});
