import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createVerifier, HUAWEI_ROOT_FINGERPRINTS, readCertificate, signedTimeOf } from '../../../src/store/index.js';
import { refusedAs } from './signed-evidence.js';

const SAMPLES = new URL('../../../../shared/huawei-samples/', import.meta.url);
const haveSamples = existsSync(SAMPLES);
if (!haveSamples) console.log('real-sample: skipped, ../shared/huawei-samples is not there');

const read = (name: string) => (haveSamples ? readFileSync(new URL(name, SAMPLES), 'utf8') : '');
const readX5c = (name: string) => read(name).replaceAll(/-----[^-]+-----|\s/g, '');

const JWS = read('real-jws-purchase-order.jws');
const TEST_ROOT = readX5c('negative-root-ca-g2-test.pem');
const CODE_SIGNER = readX5c('negative-sibling-ca-software-signing.pem');
const SIGNED_AT = new Date(1_716_434_162_562);
/** After the leaf's last day, 2026-03-01. */
const TODAY = new Date('2026-11-24T08:00:00Z');

const verifier = createVerifier({ trustedRoots: HUAWEI_ROOT_FINGERPRINTS });
const judge = async (evidence: string, at: Date) => (await verifier.verify(evidence, at)).verdict;

function withX5c(change: (x5c: [leaf: string, ca: string, root: string]) => readonly string[]): string {
  const [header = '', payload, signature] = JWS.split('.');
  const fields = JSON.parse(Buffer.from(header, 'base64url').toString()) as { x5c: [string, string, string] };
  const changed = Buffer.from(JSON.stringify({ ...fields, x5c: change(fields.x5c) })).toString('base64url');
  return `${changed}.${payload}.${signature}`;
}

describe.runIf(haveSamples)('a purchase that Huawei signed', () => {
  test('is valid at its signing time under Huawei’s pinned root, bare and as the device has it', async () => {
    const valid = {
      kind: 'valid',
      document: 'purchase-order',
      purchases: [
        {
          purchaseOrderId: '202405161036449949c73488c1.5765880207854356261',
          environment: 'production',
          applicationId: '5765880207854356261',
          productId: 'com.raven.tank.hmcn.test',
          productType: 'consumable',
          quantity: 1,
          purchasedAtMs: 1_715_827_013_000,
          signedAtMs: SIGNED_AT.getTime(),
          verifiedAtMs: SIGNED_AT.getTime(),
          storeFinished: true,
          price: 1n,
          currency: 'CNY',
          developerPayload: '',
          revocation: undefined,
          unexpected: [],
        },
      ],
    };
    expect(await judge(JWS, SIGNED_AT)).toMatchObject(valid);
    expect(await judge(JSON.stringify({ type: 0, jwsPurchaseOrder: JWS }), SIGNED_AT)).toMatchObject(valid);
  });

  test('names its signing time to whoever asks for a time to judge it at', () => {
    expect(signedTimeOf(JWS)).toEqual(SIGNED_AT);
  });

  test('has expired today: not final, and kept', async () => {
    expect(await judge(JWS, TODAY)).toEqual({
      kind: 'undecided',
      code: 'JWS_CERTIFICATE_EXPIRED',
      keep: {
        purchaseOrderId: '202405161036449949c73488c1.5765880207854356261',
        applicationId: '5765880207854356261',
        environment: 'production',
      },
    });
  });

  test.each([
    ['at its signing time', SIGNED_AT],
    ['today, when a forgery must not pass for an expired purchase', TODAY],
  ])('bears no flipped bit, at any place of its signature and at 500 others, %s', async (_, at) => {
    const [header = '', payload = '', signature = ''] = JWS.split('.');
    const before = header.length + payload.length + 2;
    const random = createRandom(20_261_124);
    const places = Array.from({ length: 500 }, () => Math.floor(random() * before));
    for (let place = 0; place < signature.length; place += 1) places.push(before + place);
    for (const place of places) {
      const verdict = await judge(JWS.slice(0, place) + (JWS[place] === 'A' ? 'B' : 'A') + JWS.slice(place + 1), at);
      expect(verdict, `character ${place}`).toMatchObject({ kind: 'invalid', keep: undefined });
    }
    for (let index = 0; index < 64; index += 1) {
      const bytes = Buffer.from(signature, 'base64url');
      bytes.writeUInt8(bytes.readUInt8(index) ^ (1 << (index % 8)), index);
      const verdict = await judge(`${header}.${payload}.${bytes.toString('base64url')}`, at);
      expect(verdict, `byte ${index} of the signature`).toEqual(refusedAs('JWS_SIGNATURE_INVALID'));
    }
  });

  /** The check that refused, and what it saw. */
  async function refusalOf(evidence: string, trustedRoots = HUAWEI_ROOT_FINGERPRINTS): Promise<string> {
    const { verdict, checks } = await createVerifier({ trustedRoots }).verifyPurchase(evidence, SIGNED_AT);
    expect(verdict).toEqual(refusedAs('JWS_CHAIN_INVALID'));
    return `${checks.at(-1)?.name}: ${checks.at(-1)?.seen}`;
  }

  test('is refused under Huawei’s test root: it is not the pinned one, and did not issue this', async () => {
    const { fingerprint } = readCertificate(Buffer.from(TEST_ROOT, 'base64'));
    const underTestRoot = withX5c(([leaf, ca]) => [leaf, ca, TEST_ROOT]);
    expect(await refusalOf(underTestRoot)).toMatch(/^root: .* is not a trusted root$/);
    expect(await refusalOf(JWS, [fingerprint])).toMatch(/^root: .* is not a trusted root$/);
    expect(await refusalOf(underTestRoot, [fingerprint])).toMatch(/^path: /);
  });

  test('is refused with Huawei’s authority for code signing on its path, which stands under the same root', async () => {
    expect(await refusalOf(withX5c(([leaf, , root]) => [leaf, CODE_SIGNER, root]))).toMatch(/^path: /);
    expect(await refusalOf(withX5c(([, ca, root]) => [CODE_SIGNER, ca, root]))).toMatch(/^path: /);
  });
});

/** The same places each time: a failure can be looked at again. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
