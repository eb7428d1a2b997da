import { createPublicKey, X509Certificate } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { compactVerify, importX509 } from 'jose';
import { interleave, renderTimings, type Subject, type Timing } from './interleave.js';
import { createStorePki, type StorePki } from '../dev/store/pki.js';
import {
  createVerifier,
  isSignedEs256,
  readCertificate,
  readRevocationList,
  type RevocationList,
  signedTimeOf,
} from '../src/store/index.js';
import { readCompactJws } from '../src/store/verify-compact-es256.js';
import { makeRevocationList } from '../test/support/revocation-lists.js';

/** What a repeat under known certificates may cost, against jose with the key in hand. */
const RATIO_MAX = 1.5;
const ROUNDS = 31;
const OPTIONS = { rounds: { type: 'string', default: `${ROUNDS}` }, json: { type: 'boolean', default: false } } as const;

const AT = new Date('2026-11-24T08:00:00Z');
/** As long as Huawei's own (huawei-samples/), made up. */
const ORDER = {
  purchaseOrderId: '202611241600000001a2b3c4d.5765880207854356261',
  purchaseToken: 'made-up-token'.repeat(8),
  applicationId: '5765880207854356261',
  productId: 'coins.100',
  purchaseTime: AT.getTime() - 60_000,
  productType: '0',
  developerPayload: 'player-1',
  signedTime: AT.getTime(),
  environment: 'NORMAL',
  countryCode: 'CN',
  price: 600,
  currency: 'CNY',
  finishStatus: '2',
  needFinish: true,
};

/** Everything on one signed order, so that each says what the others leave out. */
async function createSubjects(): Promise<Subject[]> {
  const pki = await createStorePki({ now: AT });
  const jws = await pki.sign(ORDER);
  const leaf = new X509Certificate(Buffer.from(pki.x5c[0], 'base64'));
  const key = await importX509(leaf.toString(), 'ES256');
  const publicKey = createPublicKey(leaf.publicKey.export({ format: 'pem', type: 'spki' }));
  const trustedRoots = [pki.rootFingerprint];
  const revocation = { policy: 'prefer', lists: await makeLists(pki) } as const;
  const warm = createVerifier({ trustedRoots, revocation });
  const { signingInput, signature } = readCompactJws(jws).value;
  return [
    { name: 'jose', what: 'jose.compactVerify, key in hand', calls: 200, run: () => compactVerify(jws, key) },
    { name: 'warm', what: 'our verification, certificates known, with lists', calls: 200, run: () => warm.verifyPurchase(jws, AT) },
    {
      name: 'cold',
      what: 'our verification, certificates new',
      calls: 5,
      run: () => createVerifier({ trustedRoots }).verifyPurchase(jws, AT),
    },
    { name: 'ecdsa', what: 'of it: one ECDSA verification', calls: 200, run: () => isSignedEs256(publicKey, signingInput, signature) },
    { name: 'envelope', what: 'of it: base64url, header JSON', calls: 200, run: () => readCompactJws(jws) },
    { name: 'payload', what: 'the same and payload JSON', calls: 200, run: () => signedTimeOf(jws) },
  ];
}

/** As production has them: one of each authority. */
async function makeLists({ x5c, authorityKeys }: StorePki): Promise<() => readonly RevocationList[]> {
  if (authorityKeys === undefined) throw new TypeError('a chain of ours is needed');
  const [, intermediate, root] = x5c.map((entry) => readCertificate(Buffer.from(entry, 'base64')));
  if (intermediate === undefined || root === undefined) throw new TypeError('three certificates are needed');
  const ders = [await makeRevocationList(intermediate, authorityKeys.intermediate), await makeRevocationList(root, authorityKeys.root)];
  const lists = ders.map(readRevocationList);
  return () => lists;
}

interface Report {
  readonly node: string;
  readonly rounds: number;
  readonly timings: readonly Timing[];
  readonly warmRatio: number;
  readonly coldRatio: number;
  readonly warmRatioMax: number;
}

/** Exit 0: a repeat costs no more than was promised. */
async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const rounds = Number(values.rounds);
  const timings = await interleave(await createSubjects(), rounds);
  const ratioOf = (name: string) => medianOf(timings, name) / medianOf(timings, 'jose');
  const [warmRatio, coldRatio] = [ratioOf('warm'), ratioOf('cold')];
  const report: Report = { node: process.version, rounds, timings, warmRatio, coldRatio, warmRatioMax: RATIO_MAX };
  console.log(values.json ? JSON.stringify(report, null, 2) : render(report));
  return warmRatio <= RATIO_MAX ? 0 : 1;
}

function medianOf(timings: readonly Timing[], name: string): number {
  return timings.find((timing) => timing.name === name)?.medianUs ?? Number.NaN;
}

function render({ node, rounds, timings, warmRatio, coldRatio, warmRatioMax }: Report): string {
  return [
    `Verification against jose.compactVerify: ${rounds} interleaved rounds, Node.js ${node}`,
    ...renderTimings(timings),
    `warm ${warmRatio.toFixed(2)} × jose (at most ${warmRatioMax}), cold ${coldRatio.toFixed(1)} × jose`,
  ].join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = await main(process.argv.slice(2));
