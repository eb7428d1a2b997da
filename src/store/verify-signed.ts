import { CheckFailure, type CheckList } from './checks.js';
import { checkHuaweiPath, checkLeaf, checkPurpose, checkRootPinned, readHuaweiChain, type HuaweiChain } from './huawei-chain.js';
import { isPayload } from './payload-fields.js';
import { readCompactJws, readHeader, verifyCompactEs256 } from './verify-compact-es256.js';

export interface VerifySignedOptions {
  readonly trustedRoots: ReadonlySet<string>;
  /** The moment that certificates and times are judged at. */
  readonly at: Date;
}

export interface SignedDocument {
  /** Parsed JSON, whatever it is; undefined where the signed bytes are not JSON. */
  readonly payload: unknown;
  /** Signed by the store all right, but not to be acted on now: a fresh copy is wanted. */
  readonly untimely: 'JWS_CERTIFICATE_EXPIRED' | 'JWS_CERTIFICATE_EARLY' | undefined;
}

/** Our clock and the store's may differ by this much without anybody noticing. */
const SKEW_MS = 5 * 60_000;
/** A certificate or a signature from further ahead than this is no matter of clocks. */
const EARLY_MS_MAX = 24 * 3_600_000;

/**
 * The one procedure behind every document that the store signs, in the order of huawei-iap.md §2.3. The payload is
 * only parsed for its meaning once the signature holds; before that, nothing but its signing time is looked at.
 * @throws {CheckFailure} the code of the first check that fails
 */
export async function verifySigned(jws: string, options: VerifySignedOptions, checks: CheckList): Promise<SignedDocument> {
  const compact = await checks.run('envelope', () => readCompactJws(jws));
  const header = await checks.run('header', () => readHeader(compact));
  const chain = await checks.run('certificates', () => readHuaweiChain(header.x5c));
  await checks.run('root', () => checkRootPinned(chain, options.trustedRoots));
  const payload = parseJson(compact.payload);
  const { judgedAt, untimely } = toJudgement(chain, readSignedTime(payload), options.at);
  await checks.run('path', () => checkHuaweiPath(chain, judgedAt));
  await checks.run('leaf', () => checkLeaf(chain));
  await checks.run('purpose', () => checkPurpose(chain));
  await checks.run('signature', () => verifyCompactEs256(compact, chain.leaf.publicKey));
  if (untimely !== undefined) checks.fail('time', toWindow(chain));
  return { payload, untimely };
}

interface Judgement {
  readonly judgedAt: Date;
  readonly untimely: SignedDocument['untimely'];
}

/**
 * An expired leaf is judged at the time of signing, one a little early at its first moment: so that a forgery is still
 * told from a copy that is only out of date.
 */
function toJudgement({ leaf }: HuaweiChain, signedAt: Date | undefined, at: Date): Judgement {
  const aheadMs = (signedAt ?? at).getTime() - at.getTime();
  if (aheadMs > EARLY_MS_MAX) throw new CheckFailure('JWS_CHAIN_INVALID', 'signed in the future');
  if (at > leaf.notAfter && signedAt !== undefined && signedAt <= leaf.notAfter) {
    return { judgedAt: signedAt, untimely: 'JWS_CERTIFICATE_EXPIRED' };
  }
  if (at < leaf.notBefore && leaf.notBefore.getTime() - at.getTime() <= EARLY_MS_MAX) {
    return { judgedAt: leaf.notBefore, untimely: 'JWS_CERTIFICATE_EARLY' };
  }
  return { judgedAt: at, untimely: aheadMs > SKEW_MS ? 'JWS_CERTIFICATE_EARLY' : undefined };
}

function toWindow({ leaf }: HuaweiChain): string {
  return `the leaf is valid from ${leaf.notBefore.toISOString()} to ${leaf.notAfter.toISOString()}`;
}

/** Undefined where the payload names no time that is one. */
export function readSignedTime(payload: unknown): Date | undefined {
  const signedTime = isPayload(payload) ? (payload['signedTime'] ?? newestSignedTime(payload)) : undefined;
  const at = typeof signedTime === 'number' ? new Date(signedTime) : undefined;
  return at === undefined || Number.isNaN(at.getTime()) ? undefined : at;
}

/** A subscription group carries no time of its own: its last order's is the best there is. */
function newestSignedTime(payload: Readonly<Record<string, unknown>>): unknown {
  const status = payload['lastSubscriptionStatus'];
  const order = isPayload(status) ? status['lastPurchaseOrder'] : undefined;
  return isPayload(order) ? order['signedTime'] : undefined;
}

export function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
