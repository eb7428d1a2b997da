import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createStorePki, type StorePki } from '../../../dev/store/pki.js';
import { readCertificate, type Certificate } from '../../../src/store/certificate.js';
import { createCheckList } from '../../../src/store/checks.js';
import { createKnownChains, type ChainKey, type GoodChain, type KnownChains } from '../../../src/store/known-chains.js';
import { createVerifier, readRevocationList, type RevocationList, type Verifier } from '../../../src/store/index.js';
import { verifySigned } from '../../../src/store/verify-signed.js';
import { makeRevocationList } from '../../support/revocation-lists.js';
import { AT, DAY_MS, HOUR_MS, later, ORDER } from './signed-evidence.js';

const MINUTE_MS = 60_000;

let pki: StorePki;
let clock = AT;
const now = () => clock;
const set = (ms: number) => (clock = later(ms));

beforeAll(async () => {
  pki = await createStorePki({ now: AT, leaf: { notBefore: later(-DAY_MS), notAfter: later(DAY_MS) } });
});

beforeEach(() => set(0));

describe('what is kept', () => {
  let chain: GoodChain;
  let known: KnownChains;
  const key: ChainKey = { x5c: ['leaf', 'intermediate', 'root'], roots: 'root-1' };
  const at =
    (ms = 0) =>
    (_leaf: Certificate) =>
      later(ms);

  beforeEach(() => {
    const leaf = readCertificate(Buffer.from(pki.x5c[0], 'base64'));
    chain = { leaf, path: [leaf], notBefore: later(-DAY_MS), notAfter: later(DAY_MS), checks: [] };
    known = createKnownChains({ now, keptMax: 3 });
    known.keep(key, chain);
  });

  test.each([
    ['its first', -DAY_MS, true],
    ['its last', DAY_MS, true],
    ['the one before its first', -DAY_MS - 1, false],
    ['the one after its last', DAY_MS + 1, false],
  ])('is found for a moment that all its certificates are valid at: %s', (_, ms, isFound) => {
    expect(known.find(key, at(ms))).toBe(isFound ? chain : undefined);
  });

  test('is found for no time that is none', () => {
    expect(known.find(key, () => new Date(Number.NaN))).toBeUndefined();
  });

  test('is asked about the moment with its own leaf', () => {
    expect(known.find(key, ({ notAfter }) => notAfter)).toBe(chain);
    expect(known.find(key, ({ notAfter }) => new Date(notAfter.getTime() + 1000))).toBeUndefined();
  });

  test.each([
    ['just before a quarter of an hour is over', 15 * MINUTE_MS - 1, true],
    ['a quarter of an hour later', 15 * MINUTE_MS, false],
    ['before it was kept, by a clock that was set back', -1, false],
  ])('%s: found %s ms later is %s', (_, ms, isFound) => {
    set(ms);
    expect(known.find(key, at())).toBe(isFound ? chain : undefined);
  });

  test('is not kept longer for being asked for', () => {
    set(10 * MINUTE_MS);
    expect(known.find(key, at())).toBe(chain);
    set(15 * MINUTE_MS);
    expect(known.find(key, at())).toBeUndefined();
    known.keep(key, chain);
    set(30 * MINUTE_MS - 1);
    expect(known.find(key, at())).toBe(chain);
  });

  test.each<[string, ChainKey]>([
    ['other trusted roots', { ...key, roots: 'root-2' }],
    ['another leaf', { ...key, x5c: ['other', 'intermediate', 'root'] }],
    ['another order', { ...key, x5c: ['intermediate', 'leaf', 'root'] }],
    ['one entry of two', { ...key, x5c: ['leaf', 'intermediateroot'] }],
    ['letters moved from one entry to the next', { ...key, x5c: ['leafi', 'ntermediate', 'root'] }],
    ['an entry moved into the roots', { x5c: ['leaf', 'intermediate'], roots: 'root root-1' }],
    ['one certificate more', { ...key, x5c: [...key.x5c, 'root'] }],
    ['none', { ...key, x5c: [] }],
  ])('is not found under %s', (_, other) => {
    expect(known.find(other, at())).toBeUndefined();
  });

  test('is bounded: the one that was kept first goes first, and being kept anew counts', () => {
    const keyOf = (name: string): ChainKey => ({ ...key, x5c: [name] });
    known.keep(keyOf('b'), chain);
    known.keep(keyOf('c'), chain);
    known.keep(key, chain);
    known.keep(keyOf('d'), chain);
    expect(known.find(keyOf('b'), at())).toBeUndefined();
    for (const name of ['c', 'd']) expect(known.find(keyOf(name), at())).toBe(chain);
    expect(known.find(key, at())).toBe(chain);
  });
});

describe('a verifier that has seen a good set', () => {
  let verifier: Verifier;
  let jws: string;

  const outcomeOf = async (evidence: string, at = AT) => {
    const { verdict } = await verifier.verify(evidence, at);
    return verdict.kind === 'valid' ? 'valid' : verdict.code;
  };

  beforeEach(async () => {
    verifier = createVerifier({ trustedRoots: [pki.rootFingerprint], now });
    jws = await pki.sign(ORDER);
    expect(await outcomeOf(jws)).toBe('valid');
  });

  test('reports the same the second time, check by check', async () => {
    const cold = await createVerifier({ trustedRoots: [pki.rootFingerprint] }).verify(jws, AT);
    expect(await verifier.verify(jws, AT)).toEqual(cold);
  });

  test.each([
    ['the leaf’s last second', DAY_MS, 'valid'],
    ['the second after', DAY_MS + 1000, 'JWS_CERTIFICATE_EXPIRED'],
    ['the leaf’s first second', -DAY_MS, 'CLOCK_OR_CERTIFICATE_EARLY'],
    ['long before', -9 * DAY_MS, 'JWS_CHAIN_INVALID'],
  ])('judges the dates anew: at %s', async (_, ms, outcome) => {
    expect(await outcomeOf(jws, later(ms))).toBe(outcome);
    expect(await outcomeOf(jws, later(ms))).toBe(outcome);
    expect(await outcomeOf(jws)).toBe('valid');
  });

  test('judges it the same once it has forgotten', async () => {
    set(HOUR_MS);
    expect(await outcomeOf(jws)).toBe('valid');
  });

  test('takes no other signature, payload or header under it', async () => {
    const [header, payload, signature] = jws.split('.');
    const other = (await pki.sign({ ...ORDER, quantity: 9 })).split('.');
    expect(await outcomeOf(`${header}.${payload}.${other[2]}`)).toBe('JWS_SIGNATURE_INVALID');
    expect(await outcomeOf(`${header}.${other[1]}.${signature}`)).toBe('JWS_SIGNATURE_INVALID');
    expect(await outcomeOf(await pki.sign(ORDER, { header: { alg: 'none' } }))).toBe('JWS_HEADER_REFUSED');
  });

  test('takes no set that shares certificates with it', async () => {
    const foreign = await createStorePki({ now: AT });
    const [leaf, intermediate, root] = pki.x5c;
    const mixtures = [
      [foreign.x5c[0], intermediate, root],
      [leaf, foreign.x5c[1], root],
      [leaf, intermediate, foreign.x5c[2]],
      [leaf, root],
      [root, intermediate, leaf],
      [leaf, `${intermediate} ${root}`],
      [leaf, intermediate, `${root}\n`],
    ];
    for (const x5c of mixtures) {
      expect(await outcomeOf(await pki.sign(ORDER, { header: { x5c } }))).toBe('JWS_CHAIN_INVALID');
      expect(await outcomeOf(await foreign.sign(ORDER, { header: { x5c } }))).toBe('JWS_CHAIN_INVALID');
    }
    expect(await outcomeOf(await foreign.sign(ORDER, { header: { x5c: pki.x5c } }))).toBe('JWS_SIGNATURE_INVALID');
    expect(await outcomeOf(jws)).toBe('valid');
  });

  test('is no help to a verifier with other roots', async () => {
    verifier = createVerifier({ trustedRoots: ['00'.repeat(32)], now });
    expect(await outcomeOf(jws)).toBe('JWS_CHAIN_INVALID');
  });
});

test('what is kept says nothing of revocations: a new list counts at once', async () => {
  const [leaf, intermediate] = pki.x5c.map((entry) => readCertificate(Buffer.from(entry, 'base64')));
  const key = pki.authorityKeys?.intermediate;
  if (leaf === undefined || intermediate === undefined || key === undefined) throw new TypeError('a chain of ours');
  const times = { thisUpdate: later(-HOUR_MS), nextUpdate: later(HOUR_MS) };
  const lists: RevocationList[] = [];
  const revocation = { policy: 'prefer', lists: () => lists } as const;
  const verifier = createVerifier({ trustedRoots: [pki.rootFingerprint], now, revocation });
  const jws = await pki.sign(ORDER);
  const kindOf = async () => (await verifier.verify(jws, AT)).verdict;
  expect(await kindOf()).toMatchObject({ kind: 'valid' });
  lists.push(readRevocationList(await makeRevocationList(intermediate, key, { ...times, revoked: [leaf.serialNumber] })));
  expect(await kindOf()).toMatchObject({ kind: 'undecided', code: 'CERTIFICATE_REVOKED' });
});

describe('a verifier that has refused', () => {
  const outcomes = async (signer: StorePki, jws: string, moments: readonly number[]) => {
    const verifier = createVerifier({ trustedRoots: [signer.rootFingerprint], now });
    const found: string[] = [];
    for (const ms of moments) {
      const { verdict } = await verifier.verify(jws, later(ms));
      found.push(verdict.kind === 'valid' ? 'valid' : verdict.code);
    }
    return found;
  };

  test('keeps no path that failed: it is judged anew, and good at another moment', async () => {
    const jws = await pki.sign(ORDER);
    expect(await outcomes(pki, jws, [-9 * DAY_MS, 0, -9 * DAY_MS, 0])).toEqual([
      'JWS_CHAIN_INVALID',
      'valid',
      'JWS_CHAIN_INVALID',
      'valid',
    ]);
  });

  test.each([
    ['a leaf for another purpose', { leaf: { storeOid: 'absent' } }, 'JWS_CERTIFICATE_NOT_FOR_PURCHASES'],
    ['a leaf with a stranger’s signature', { leaf: { signedByStranger: true } }, 'JWS_CHAIN_INVALID'],
    ['an intermediate that is no authority', { intermediate: { ca: false } }, 'JWS_CHAIN_INVALID'],
  ] as const)('refuses each time: %s', async (_, options, code) => {
    const bad = await createStorePki({ now: AT, ...options });
    expect(await outcomes(bad, await bad.sign(ORDER), [0, 0, 0])).toEqual([code, code, code]);
  });

  test.each<[string, (signed: StorePki) => Promise<string>, number]>([
    ['a good signature: kept', (signer) => signer.sign(ORDER), 1],
    ['a signature by nobody', async (signer) => `${(await signer.sign(ORDER)).split('.', 2).join('.')}.${'A'.repeat(86)}`, 0],
    ['a stranger’s signature', async (signer) => (await createStorePki({ now: AT })).sign(ORDER, { header: { x5c: signer.x5c } }), 0],
    ['a path that fails', async () => (await createStorePki({ now: AT })).sign(ORDER), 0],
  ])('keeps no set under which nothing was signed, so that strangers cannot fill what is kept: %s', async (_, sign, keptTimes) => {
    const kept: ChainKey[] = [];
    const knownChains = { find: () => undefined, keep: (key: ChainKey) => void kept.push(key) };
    const options = { trustedRoots: new Set([pki.rootFingerprint]), at: AT, knownChains };
    await verifySigned(await sign(pki), options, createCheckList()).catch(() => undefined);
    expect(kept).toHaveLength(keptTimes);
  });
});
