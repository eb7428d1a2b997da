import { expect, test } from 'vitest';
import { runLimboVectors } from '../../../tools/vectors/limbo.js';
import { renderScore, scoreCases } from '../../../tools/vectors/score.js';
import { type CertificatePlan, extension, issue, name, oid, sequence } from '../../support/certificates.js';

const toPem = (der: Buffer) => `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;

/** A file of one case, as x509-limbo writes them. */
function toFile(leafPlan: CertificatePlan, each: object) {
  const root = issue({ ca: true, subject: name('Root') });
  const leaf = issue({ issuer: root, ...leafPlan });
  const own = { trusted_certs: [toPem(root.der)], untrusted_intermediates: [], peer_certificate: toPem(leaf.der) };
  const rest = { validation_time: '2026-01-01T00:00:00Z', expected_peer_name: null, expected_peer_names: [], crls: [], features: [] };
  return { version: 1, testcases: [{ id: 'own::case', ...own, ...rest, expected_result: 'SUCCESS', ...each }] };
}

const clientAuth = { extensions: { '2.5.29.37': extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.2'))) } };
const host = { expected_peer_name: { kind: 'DNS', value: 'example.com' } };

test.each<[string, CertificatePlan, object, string]>([
  ['a path is asked for servers where nothing else is said', clientAuth, {}, 'FAILURE'],
  ['for servers where only the kind says it', clientAuth, { validation_kind: 'SERVER', extended_key_usage: [] }, 'FAILURE'],
  ['for clients where the kind says it', clientAuth, { validation_kind: 'CLIENT' }, 'SUCCESS'],
  ['for the usage that is named', clientAuth, { validation_kind: 'SERVER', extended_key_usage: ['clientAuth'] }, 'SUCCESS'],
  ['for no usage where any will do', clientAuth, { extended_key_usage: ['anyExtendedKeyUsage'] }, 'SUCCESS'],
  ['at the time that is named', {}, { validation_time: '2019-01-01T00:00:00+00:00' }, 'FAILURE'],
  ['at the present time where none is', {}, { validation_time: null }, 'SUCCESS'],
  ['to no greater depth than is named', {}, { max_chain_depth: 0 }, 'SUCCESS'],
  ['with lists that can be read', {}, { crls: ['-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----'] }, 'FAILURE'],
])('x509-limbo: %s', async (_, plan, each, got) => {
  expect(await runLimboVectors(toFile(plan, each))).toMatchObject([{ id: 'own::case', expected: 'SUCCESS', got }]);
});

test('x509-limbo: a certificate that cannot be read is refused', async () => {
  expect(await runLimboVectors(toFile({}, { peer_certificate: toPem(Buffer.from([0x30, 0x00])) }))).toMatchObject([{ got: 'FAILURE' }]);
});

test('x509-limbo: a case that names a host counts, unless it should fail and does not without the name', async () => {
  const run = async (plan: CertificatePlan, expected: string) =>
    (await runLimboVectors(toFile(plan, { ...host, expected_result: expected })))[0];
  expect(await run({}, 'SUCCESS')).toMatchObject({ got: 'SUCCESS', naming: 'counted' });
  expect(await run(clientAuth, 'FAILURE')).toMatchObject({ got: 'FAILURE', naming: 'counted' });
  expect(await run(clientAuth, 'SUCCESS')).toMatchObject({ got: 'FAILURE', naming: 'counted' });
  expect(await run({}, 'FAILURE')).toMatchObject({ got: 'SUCCESS', naming: 'not applicable' });
});

test('a score tells mismatches, exceptions with their reason, and cases that do not apply', () => {
  const result = (id: string, got: string) => ({ id, expected: 'valid', got });
  const score = scoreCases({
    format: 'jwk',
    path: 'file.json',
    results: [
      result('1', 'valid'),
      result('2', 'invalid'),
      { ...result('3', 'invalid'), why: 'no key' },
      { ...result('4', 'invalid'), naming: 'not applicable' },
    ],
  });
  expect(renderScore(score).split('\n')).toEqual([
    'jwk file.json: 1/3 matched',
    '  mismatch 3: expected valid, got invalid (no key)',
    expect.stringMatching(/^ {2}exception 2: expected valid, got invalid: HS256/) as string,
    '  not applicable (name) 4',
    '  cases that name a host, run without the name: 0 counted, 1 not applicable (name)',
  ]);
});
