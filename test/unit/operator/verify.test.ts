import { existsSync, readFileSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runDropless } from '../../support/cli.js';

const SAMPLE = fileURLToPath(new URL('../../../../shared/huawei-samples/real-jws-purchase-order.jws', import.meta.url));
const haveSample = existsSync(SAMPLE);
if (!haveSample) console.log('verify: skipped in part, ../shared/huawei-samples is not there');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dropless-verify-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const application = {
  applicationId: '5765880207854356261',
  packageName: 'com.example.tank',
  realm: 'game',
  environments: ['production'],
  adoptedAt: '2024-01-01T00:00:00Z',
  products: [{ productId: 'com.raven.tank.hmcn.test', type: 'consumable', grants: [{ kind: 'currency', currency: 'gold', amount: 1 }] }],
};
const writeCatalogue = (changes: object) => write('catalogue.json', JSON.stringify({ applications: [{ ...application, ...changes }] }));

describe.runIf(haveSample)('a purchase that Huawei signed', () => {
  test('is valid as of its signed time, exit 0, with every check told', async () => {
    const { status, out, err } = await runDropless(['verify', SAMPLE, '--at', 'signed']);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatch(/^Judged as of 2024-05-23T03:16:02\.562Z\.$/m);
    for (const check of ['header', 'root', 'path', 'purpose', 'signature', 'time', 'payload'])
      expect(out).toMatch(new RegExp(`^ok +${check} `, 'm'));
    expect(out.trimEnd()).toMatch(/VALID: the store signed this\.$/);
  });

  test('has expired today: exit 1, not final', async () => {
    const { status, out } = await runDropless(['verify', SAMPLE]);
    expect(status).toBe(1);
    expect(out).toContain('UNDECIDED: JWS_CERTIFICATE_EXPIRED (not final)');
  });

  test('is judged as of any time that is named', async () => {
    expect((await runDropless(['verify', SAMPLE, '--at', '2025-01-01'])).status).toBe(0);
    const early = await runDropless(['verify', SAMPLE, '--at', '2026-03-02T00:00:00+08:00', '--json']);
    expect(early.status).toBe(1);
    expect(JSON.parse(early.out)).toMatchObject({ verdict: 'undecided', code: 'JWS_CERTIFICATE_EXPIRED', final: false });
  });

  test('is told to programs as JSON, amounts as text, and without its purchaseToken', async () => {
    const { out } = await runDropless(['verify', SAMPLE, '--at', 'signed', '--json']);
    expect(JSON.parse(out)).toMatchObject({ verdict: 'valid', purchases: [{ productId: 'com.raven.tank.hmcn.test', price: '1' }] });
    expect(out).not.toContain('0000018f7f4279e9');
  });

  test('is judged against a catalogue when one is named, and exit 0 then means that it would be granted', async () => {
    const { status, out } = await runDropless(['verify', SAMPLE, '--at', 'signed', '--catalogue', writeCatalogue({})]);
    expect(status).toBe(1);
    for (const check of ['revocation', 'completion', 'quantity', 'application', 'environment', 'product', 'type'])
      expect(out).toMatch(new RegExp(`^ok +${check} `, 'm'));
    expect(out).toMatch(/^FAIL finish +finished$/m);
    expect(out).toContain('NOT GRANTABLE: FINISHED_ELSEWHERE (not final).');
  });

  test.each([
    ['APPLICATION_UNKNOWN', { applicationId: '1' }],
    ['ENVIRONMENT_UNKNOWN', { environments: ['sandbox'] }],
    ['PRODUCT_UNKNOWN', { products: [] }],
    ['PRODUCT_TYPE_MISMATCH', { products: [{ ...application.products[0], type: 'non-consumable' }] }],
  ])('tells programs the catalogue’s %s', async (code, changes) => {
    const args = ['verify', SAMPLE, '--at', 'signed', '--json', '--catalogue', writeCatalogue(changes)];
    const { status, out } = await runDropless(args);
    expect(status).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ verdict: 'valid', catalogue: [{ obstacles: [code, 'FINISHED_ELSEWHERE'] }] });
  });

  test('may end with a line break, as files do', async () => {
    const path = write('with-line-break.jws', `${readFileSync(SAMPLE, 'utf8')}\n`);
    expect((await runDropless(['verify', path, '--at', 'signed'])).status).toBe(0);
  });
});

test('what the store did not sign is refused with exit 1', async () => {
  const { status, out } = await runDropless(['verify', write('garbage', 'garbage')]);
  expect(status).toBe(1);
  expect(out).toContain('INVALID: JWS_MALFORMED (final)');
});

test.each([
  ['no file named', ['verify']],
  ['a file that is not there', ['verify', '/nowhere/purchase.jws']],
  ['a folder', ['verify', '/']],
  ['a time that is none', ['verify', '/dev/null', '--at', 'yesterday']],
  ['a catalogue that is none', ['verify', '/dev/null', '--catalogue', '/dev/null']],
  ['an unknown option', ['verify', '/dev/null', '--trust-everything']],
  ['an unknown command', ['verfy']],
  ['no command', []],
])('%s is wrong usage: exit 2, nothing on standard output', async (_, args) => {
  const { status, out, err } = await runDropless(args);
  expect({ status, out }).toEqual({ status: 2, out: '' });
  expect(err).not.toBe('');
});
