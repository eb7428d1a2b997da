import { z } from 'zod';
import type { Certificate } from './certificate.js';
import { CheckFailure, type CheckList, type Facts, type Passed } from './checks.js';
import { judgeChain, type JudgeChainOptions } from './judge-chain.js';
import { judgeLists, type JudgeListsOptions } from './judge-lists.js';
import { isPayload, TIME_MS } from './payload-fields.js';
import { parseStrictJson } from './strict-json.js';
import { listGroupOrders } from './sub-group-status-payload.js';
import { type CompactJws, verifyCompactEs256 } from './verify-compact-es256.js';

export interface VerifySignedOptions extends JudgeChainOptions {
  /** The moment that certificates and times are judged at. */
  readonly at: Date;
  /** Undefined: there are no revocation lists here. */
  readonly lists?: JudgeListsOptions | undefined;
}

export interface SignedDocument {
  /** Parsed JSON, whatever it is; undefined where the signed bytes are not JSON. */
  readonly payload: unknown;
  /** Signed by the store all right, but not to be acted on now: a fresh copy is wanted. */
  readonly doubt: Untimely | 'CERTIFICATE_REVOKED' | 'REVOCATION_UNKNOWN' | undefined;
}

type Untimely = 'JWS_CERTIFICATE_EXPIRED' | 'CLOCK_OR_CERTIFICATE_EARLY';

/** Our clock and the store's may differ by this much without anybody noticing. */
const SKEW_MS = 5 * 60_000;
/** A certificate or a signature from further ahead than this is no matter of clocks. */
const EARLY_MS_MAX = 24 * 3_600_000;

/**
 * The one procedure behind every document that the store signs, in the order of huawei-iap.md §2.3. The payload is
 * only read for its meaning once the signature holds; before that, nothing but its signing time is looked at.
 * @throws {CheckFailure} the code of the first check that fails
 */
export async function verifySigned(jws: string, options: VerifySignedOptions, checks: CheckList): Promise<SignedDocument> {
  let judged: JudgedHeader | undefined;
  await verifyCompactEs256(
    jws,
    async (compact) => {
      judged = await judgeHeader(compact, options, checks);
      return judged.times.leaf.publicKey;
    },
    checks,
  );
  if (judged === undefined) throw new TypeError('a signature without a chain');
  const { keepChain, path, payload, times } = judged;
  keepChain();
  const { untimely } = toJudgement(times);
  if (untimely === undefined) await checks.run('time', () => checkSignedTime(times));
  else checks.fail('time', ...describeTimes(times));
  const revocation = await judgeLists(path, options.lists, checks);
  return { payload, doubt: revocation === 'CERTIFICATE_REVOKED' ? revocation : (untimely ?? revocation) };
}

interface JudgedHeader {
  readonly keepChain: () => void;
  readonly path: readonly Certificate[];
  readonly payload: unknown;
  readonly times: Times;
}

async function judgeHeader(compact: CompactJws, options: VerifySignedOptions, checks: CheckList): Promise<JudgedHeader> {
  const x5c = await checks.run('store header', () => readX5c(compact));
  const payload = readPayload(compact);
  const own = { signedAt: readSignedTime(payload), at: options.at };
  const { chain, keep } = await judgeChain(x5c, (leaf) => toJudgement({ ...own, leaf }).judgedAt, options, checks);
  return { keepChain: keep, path: chain.path, payload, times: { ...own, leaf: chain.leaf } };
}

/** What the store's own header has besides. */
const STORE_HEADER = z.object({ typ: z.literal('JWT').optional(), x5c: z.array(z.string()) });

function readX5c({ header }: CompactJws): Passed<readonly string[]> {
  const { success, data, error } = STORE_HEADER.safeParse(header);
  if (!success) {
    const names = new Set(error.issues.map(({ path }) => String(path[0])));
    throw new CheckFailure('JWS_HEADER_REFUSED', `not as documented: ${[...names].join(', ')}`);
  }
  return { value: data.x5c, seen: `${data.x5c.length} certificates` };
}

interface Times {
  readonly leaf: Certificate;
  readonly signedAt: Date | undefined;
  readonly at: Date;
}

interface Judgement {
  readonly judgedAt: Date;
  readonly untimely: Untimely | undefined;
}

/**
 * An expired leaf is judged at the time of signing, one a little early at its first moment: so that a forgery is still
 * told from a copy that is only out of date. A leaf that is out of its window even then fails with its path.
 * Where the time of signing can't be read, the leaf's last moment stands in: the verdict is never more than "not now",
 * and a payload that only the store can shape loses no order.
 */
function toJudgement({ leaf, signedAt, at }: Times): Judgement {
  if (at > leaf.notAfter) {
    return { judgedAt: signedAt ?? leaf.notAfter, untimely: 'JWS_CERTIFICATE_EXPIRED' };
  }
  const aheadMs = toAheadMs(signedAt, at);
  const isEarly = (ms: number, toleratedMs: number) => ms > toleratedMs && ms <= EARLY_MS_MAX;
  if (isEarly(toAheadMs(leaf.notBefore, at), 0) && aheadMs <= EARLY_MS_MAX) {
    return { judgedAt: leaf.notBefore, untimely: 'CLOCK_OR_CERTIFICATE_EARLY' };
  }
  return { judgedAt: at, untimely: isEarly(aheadMs, SKEW_MS) ? 'CLOCK_OR_CERTIFICATE_EARLY' : undefined };
}

/** Without a signing time nothing is ahead; the payload's reader notes that it is missing. */
function toAheadMs(moment: Date | undefined, at: Date): number {
  return moment === undefined ? 0 : moment.getTime() - at.getTime();
}

function checkSignedTime(times: Times): Passed<undefined> {
  const [seen, facts] = describeTimes(times);
  if (toAheadMs(times.signedAt, times.at) > EARLY_MS_MAX) throw new CheckFailure('JWS_CHAIN_INVALID', `signed in the future: ${seen}`);
  return { value: undefined, seen, facts };
}

function describeTimes(times: Times): [seen: string, facts: Facts] {
  const signedAt = times.signedAt?.toISOString();
  const [at, judgedAt] = [times.at.toISOString(), toJudgement(times).judgedAt.toISOString()];
  const seen = `signed ${signedAt ?? 'at no readable time'}, looked at ${at}, certificates judged at ${judgedAt}`;
  return [seen, { ...(signedAt !== undefined && { signedAt }), at, judgedAt }];
}

/** Undefined where the payload names no time that is one. */
export function readSignedTime(payload: unknown): Date | undefined {
  if (!isPayload(payload)) return undefined;
  const own = TIME_MS.safeParse(payload['signedTime']);
  if (own.success) return new Date(own.data);
  // A subscription group may carry no time of its own: its newest order's is the best there is.
  const times = listGroupOrders(payload).map((order) => TIME_MS.safeParse(isPayload(order) ? order['signedTime'] : undefined));
  const newestMs = Math.max(...times.map(({ data }) => data ?? 0));
  return newestMs > 0 ? new Date(newestMs) : undefined;
}

/** Half of what a JWS may have: what is larger is signed by the store all the same, and known for it. */
const PAYLOAD_BYTES_MAX = 256 * 1024;

/** Undefined where the signed bytes are no JSON, or past the bounds; what stands twice in it has no value. */
export function readPayload({ payload }: CompactJws): unknown {
  try {
    return parseStrictJson(payload, { bytesMax: PAYLOAD_BYTES_MAX });
  } catch {
    return undefined;
  }
}
