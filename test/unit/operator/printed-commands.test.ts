import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { OFFLINE_DEPS, runDropless } from '../../support/cli.js';
import { PROJECT_DIR } from '../../../dev/stack/project-dir.js';
import { ERROR_CODES } from '../../../src/domain/error-codes.js';
import { DroplessError } from '../../../src/domain/errors.js';
import { parsePurchaseOrderId, toAccountKey, type AccountKey } from '../../../src/domain/ids.js';
import { PARK_REASONS, type ParkReason } from '../../../src/domain/purchase.js';
import { adviseOn } from '../../../src/operator/park-advice.js';
import { COMMAND_FACTS } from '../../../tools/render-commands.js';

const CATALOGUE_FILE = join(PROJECT_DIR, 'catalogue.example.json');
const ORDER = parsePurchaseOrderId('order-$&-1');

const down = (): never => {
  throw new DroplessError('LEDGER_UNAVAILABLE');
};
const DOWN_DEPS = { ...OFFLINE_DEPS, openDatabase: down, openFulfilment: down, temporal: down };

/** Pasted into a shell, with a file in the place of any that it names. Status 2 is wrong usage: the program did not take the words. */
async function paste(command: string): Promise<{ readonly status: number; readonly err: string }> {
  const [program, ...words] = command.replaceAll(/FILE|[a-z.]+\.json/g, CATALOGUE_FILE).match(/(?:"[^"]*"|[^\s"])+/g) ?? [];
  expect(program).toBe('dropless');
  return runDropless(
    words.map((word) => word.replaceAll('"', '')),
    DOWN_DEPS,
  );
}

const toParked = (reason: ParkReason, accountKey?: AccountKey) => ({
  purchaseOrderId: ORDER,
  park: { reason, number: 3, since: new Date(0) },
  accountKey,
  unexpected: [],
});

test.each(PARK_REASONS)('what is advised on %s is whole commands that the program takes', async (reason) => {
  for (const owner of [undefined, toAccountKey('7')]) {
    const advice = adviseOn(toParked(reason, owner));
    expect(advice.length).toBeGreaterThan(0);
    for (const { command } of advice) {
      expect(await paste(command), command).toMatchObject({ status: 1, err: expect.stringMatching(/^LEDGER_UNAVAILABLE/) as string });
      if (!command.includes('catalogue')) expect(command).toContain(` ${ORDER} `);
    }
  }
});

test('a release is advised with an account where there is no owner, and not at all where it is impossible', () => {
  const toCommands = (order: Parameters<typeof adviseOn>[0]) => adviseOn(order).map(({ command }) => command);
  expect(toCommands(toParked('BEFORE_ADOPTION'))).toContain(`dropless release ${ORDER} --account ID --park 3 --why "…"`);
  expect(toCommands(toParked('BEFORE_ADOPTION', toAccountKey('7')))).toContain(`dropless release ${ORDER} --park 3 --why "…"`);
  const unread = { ...toParked('PAYLOAD_UNEXPECTED', toAccountKey('7')), unexpected: ['quantity'] };
  expect(toCommands(unread).join()).not.toContain('release');
});

test('an order that is not parked needs no advice', () => {
  expect(adviseOn({ ...toParked('OWNER_UNKNOWN'), park: undefined })).toEqual([]);
});

test('every command that another text names is one that the program takes', async () => {
  const folder = join(PROJECT_DIR, 'src/operator');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const lines = sources.flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n')).filter((line) => !/^\s*(\*|\/)/.test(line));
  const texts = [...lines, ...Object.values(ERROR_CODES).map(({ en }) => en)];
  const commands = texts.flatMap((text) => [...text.replaceAll('\\', '').matchAll(/`(dropless [^`]+)`/g)].map((match) => match[1] ?? ''));
  expect(commands.length).toBeGreaterThan(5);
  for (const command of new Set(commands.map((each) => each.replaceAll(/\$\{[^}]*\}/g, 'ORDER')))) {
    expect((await paste(command)).status, command).not.toBe(2);
  }
});

test.each(Object.entries(COMMAND_FACTS))('the example of %s in docs/cli.md is one that the program takes', async (path, { example }) => {
  expect(example).toMatch(new RegExp(`^dropless ${path}\\b`));
  expect((await paste(example)).status).not.toBe(2);
});
