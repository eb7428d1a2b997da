import fc from 'fast-check';
import { applyEdits, type Edit, EDITS } from './edits.js';
import { type Family, Finding, type FuzzFamily } from './family.js';
import { toFuzzFamily } from './run-family.js';
import { createStorePki, type StorePki } from '../../dev/store/pki.js';
import { createVerifier, type Verdict, type Verifier } from '../../src/store/index.js';
import { INVALID_CODES, UNDECIDED_CODES } from '../../src/store/verdict.js';

const AT = new Date('2026-11-24T08:00:00Z');
const ORDER = {
  purchaseOrderId: '202611241600000001a2b3c4d.5765880207854356261',
  purchaseToken: 'made-up-token',
  applicationId: '5765880207854356261',
  productId: 'coins.100',
  purchaseTime: AT.getTime() - 60_000,
  productType: '0',
  developerPayload: '',
  signedTime: AT.getTime(),
  environment: 'NORMAL',
  price: 600,
  currency: 'CNY',
  finishStatus: '2',
};
const STATUS_FIELDS = ['subGroupId', 'lastSubscriptionStatus', 'historySubscriptionStatusList', 'notificationType', '__proto__'];

/** What every family of evidence shares: a store of our own, one good order of it, and a verifier that trusts it. */
interface World {
  readonly pki: StorePki;
  readonly foreign: StorePki;
  readonly jws: string;
  readonly verifier: Verifier;
}

export async function createEvidenceFamilies(): Promise<FuzzFamily[]> {
  const [pki, foreign] = await Promise.all([createStorePki({ now: AT }), createStorePki({ now: AT })]);
  const verifier = createVerifier({ trustedRoots: [pki.rootFingerprint] });
  const world = { pki, foreign, verifier, jws: await pki.sign(ORDER) };
  return [
    toFuzzFamily(anyText(world)),
    toFuzzFamily(changedOrder(world)),
    toFuzzFamily(changedPurchaseData(world)),
    toFuzzFamily(anyHeader(world)),
    toFuzzFamily(changedCertificates(world)),
    toFuzzFamily(anyPayload(world)),
  ];
}

/** As text: what the types promise is what is put to the test. */
const CODES: readonly string[] = [...INVALID_CODES, ...UNDECIDED_CODES];

/** The verdict in a word; every other than a listed one is a finding. */
function toOutcome(verdict: Verdict): string {
  if (verdict.kind === 'valid') return 'valid';
  if (!CODES.includes(verdict.code)) throw new Finding(`unmapped: ${verdict.code}`);
  return verdict.code;
}

async function judgeEvidence({ verifier }: World, evidence: string, mayBeValid: boolean): Promise<string> {
  const outcome = toOutcome((await verifier.verify(evidence, AT)).verdict);
  if (outcome === 'valid' && !mayBeValid) throw new Finding('accepted');
  return outcome;
}

const PART = fc.oneof(
  fc.base64String({ maxLength: 64 }).map((text) => text.replaceAll(/[+/=]/g, '-')),
  fc.json().map((text) => Buffer.from(text).toString('base64url')),
  fc.string({ unit: 'binary' }),
);

const anyText = (world: World): Family<string> => ({
  name: 'any text',
  inputs: fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.array(PART, { maxLength: 5 }).map((parts) => parts.join('.')),
    fc.json().map((text) => `{"jwsPurchaseOrder":${text}}`),
  ),
  judge: (text) => judgeEvidence(world, text, false),
});

const changedOrder = (world: World): Family<readonly Edit[]> => ({
  name: 'a good order, changed',
  inputs: EDITS,
  judge(edits) {
    const changed = applyEdits(Buffer.from(world.jws), edits).toString();
    return judgeEvidence(world, changed, changed.trim() === world.jws);
  },
});

const changedPurchaseData = (world: World): Family<readonly Edit[]> => ({
  name: 'purchaseData, changed around the order',
  inputs: EDITS,
  judge(edits) {
    const text = JSON.stringify({ type: 0, jwsPurchaseOrder: 'JWS', extra: [null, { '\\': 1e3 }] });
    const changed = applyEdits(Buffer.from(text), edits).toString();
    return judgeEvidence(world, changed.replace('JWS', world.jws), true);
  },
});

const HEADER_VALUE = fc.oneof(fc.jsonValue(), fc.constantFrom('ES256', 'none', 'HS256', 'JWT', 'JOSE'));
const HEADER_FIELDS = fc.dictionary(
  fc.constantFrom('alg', 'typ', 'x5c', 'crit', 'jwk', 'jku', 'x5u', 'b64', 'kid', 'cty', 'zip', '__proto__', 'x5t#S256'),
  HEADER_VALUE,
  { maxKeys: 4 },
);
const REFUSED = ['crit', 'jwk', 'jku', 'x5u', 'b64'];

const anyHeader = (world: World): Family<Record<string, unknown>> => ({
  name: 'any header over a good signature',
  inputs: HEADER_FIELDS,
  async judge(fields) {
    const isGood =
      !REFUSED.some((name) => Object.hasOwn(fields, name)) &&
      (fields['alg'] ?? 'ES256') === 'ES256' &&
      (fields['typ'] ?? 'JWT') === 'JWT' &&
      !Object.hasOwn(fields, 'x5c');
    return judgeEvidence(world, await world.pki.sign(ORDER, { header: fields }), isGood);
  },
});

interface ChangedCertificates {
  readonly edits: readonly { readonly entry: number; readonly edits: readonly Edit[] }[];
  readonly order: readonly number[];
}

const changedCertificates = (world: World): Family<ChangedCertificates> => ({
  name: 'certificates, changed and shuffled, over a good signature',
  inputs: fc.record({
    edits: fc.array(fc.record({ entry: fc.nat(2), edits: EDITS }), { maxLength: 2 }),
    order: fc.oneof({ weight: 3, arbitrary: fc.constant([0, 1, 2]) }, fc.array(fc.nat(5), { maxLength: 9 })),
  }),
  async judge({ edits, order }) {
    const pool = [...world.pki.x5c, ...world.foreign.x5c].map((entry, index) => {
      const own = edits.filter(({ entry: edited }) => edited === index).flatMap((edit) => edit.edits);
      return applyEdits(Buffer.from(entry, 'base64'), own).toString('base64');
    });
    const x5c = order.map((index) => pool[index]);
    const isGood = x5c.join() === world.pki.x5c.join();
    return judgeEvidence(world, await world.pki.sign(ORDER, { header: { x5c } }), isGood);
  },
});

/** What the store signs is never refused for being unexpected; only a time far ahead or another kind of document is. */
const MAY_REFUSE = ['WRONG_DOCUMENT', 'JWS_CHAIN_INVALID'];

const anyPayload = (world: World): Family<string> => ({
  name: 'any payload under a good signature',
  inputs: fc.oneof(
    fc.json({ maxDepth: 6 }),
    // None at all is the envelope's matter (huawei-iap.md §2.3, 1).
    fc.string({ unit: 'binary', minLength: 1 }),
    fc
      .dictionary(fc.constantFrom(...Object.keys(ORDER), ...STATUS_FIELDS), fc.jsonValue({ maxDepth: 4 }), { maxKeys: 4 })
      .map((fields) => JSON.stringify({ ...ORDER, ...fields })),
    fc.integer({ min: 1, max: 3000 }).map((depth) => '[{"a":'.repeat(depth)),
    fc.integer({ min: 1, max: 3000 }).map((depth) => `${'['.repeat(depth)}${']'.repeat(depth)}`),
    EDITS.map((edits) => applyEdits(Buffer.from(JSON.stringify(ORDER)), edits).toString() || '0'),
  ),
  async judge(payload) {
    const { verdict } = await world.verifier.verify(await world.pki.sign(payload), AT);
    const outcome = toOutcome(verdict);
    if (verdict.kind === 'invalid' && !MAY_REFUSE.includes(outcome)) throw new Finding(`refused for good: ${outcome}`);
    return outcome;
  },
});
