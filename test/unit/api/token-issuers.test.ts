import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { parseTokenIssuers, readTokenIssuers } from '../../../src/api/token-issuers.js';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = { type: 'spki', format: 'pem' } as const;

const ISSUER = {
  issuer: 'https://login.game.example',
  audience: 'dropless',
  publicKey: publicKey.export(pem),
  algorithms: ['ES256'],
  realm: 'game',
  environment: 'production',
  applications: ['5765880207854356261'],
};

test('a public key is taken as PEM and as JWK, and keys by address', () => {
  const { publicKey: _, ...rest } = ISSUER;
  const issuers = parseTokenIssuers([
    ISSUER,
    { ...ISSUER, audience: 'jwk', publicKey: publicKey.export({ format: 'jwk' }) },
    { ...rest, audience: 'address', jwksUrl: 'https://login.game.example/keys' },
    { ...rest, audience: 'here', jwksUrl: 'http://127.0.0.1:1234/keys' },
  ]);
  expect(issuers.map(({ audience }) => audience)).toEqual(['dropless', 'jwk', 'address', 'here']);
});

test.each([
  ['a private key', { publicKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) }, '0.publicKey'],
  ['a private key as JWK', { publicKey: privateKey.export({ format: 'jwk' }) }, '0.publicKey'],
  ['a shared secret', { publicKey: { kty: 'oct', k: 'c2VjcmV0' } }, '0.publicKey'],
  ['what is no key', { publicKey: 'nothing' }, '0.publicKey'],
  ['a symmetric algorithm', { algorithms: ['HS256'] }, '0.algorithms.0'],
  ['no signature', { algorithms: ['none'] }, '0.algorithms.0'],
  ['keys over an open line', { publicKey: undefined, jwksUrl: 'http://login.game.example/keys' }, '0.jwksUrl'],
  ['both a key and an address', { jwksUrl: 'https://login.game.example/keys' }, 'FILE.0:'],
  ['neither a key nor an address', { publicKey: undefined }, 'FILE.0:'],
  ['no application', { applications: [] }, '0.applications'],
  ['a name that is not known', { aplications: ['1'] }, 'FILE.0:'],
])('an entry with %s is refused with its path', (_, changes, path) => {
  const parse = () => parseTokenIssuers([{ ...ISSUER, ...changes }]);
  expect(parse).toThrow(expect.objectContaining({ code: 'CONFIGURATION_INVALID', message: expect.stringContaining(path) as string }));
});

test('an issuer with the same audience twice is refused: its tokens would be good in two places', () => {
  expect(() => parseTokenIssuers([ISSUER, { ...ISSUER, environment: 'sandbox' }])).toThrow(
    expect.objectContaining({ code: 'CONFIGURATION_INVALID' }),
  );
});

test('no file means no issuers, and a file that cannot be read stops the start', () => {
  expect(readTokenIssuers(undefined)).toEqual([]);
  expect(() => readTokenIssuers('/nowhere/issuers.json')).toThrow(expect.objectContaining({ code: 'CONFIGURATION_INVALID' }));
});
