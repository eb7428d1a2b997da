import { CheckFailure, createCheckList, type CheckList, type Passed, type VerificationCheck } from './checks.js';
import type { VerifierRevocation } from './judge-lists.js';
import { createKnownChains } from './known-chains.js';
import { parsePurchaseData, type PurchaseData } from './parse-purchase-data.js';
import {
  describeDocument,
  toFacts,
  type DocumentKind,
  readDocument,
  readDocumentFacts,
  type StoreDocument,
  toDocumentKind,
} from './store-document.js';
import type { RevocationList } from './revocation-list.js';
import { type Refusal, toRefusal } from './verdict.js';
import { readCompactJws } from './verify-compact-es256.js';
import { readPayload, readSignedTime, verifySigned, type VerifySignedOptions } from './verify-signed.js';

export type Verdict<Kind extends DocumentKind = 'purchase-order' | 'subscription-status'> =
  | ({ readonly kind: 'valid' } & Extract<StoreDocument, { readonly document: Kind }>)
  | Refusal;

export interface Verification<Kind extends DocumentKind = 'purchase-order' | 'subscription-status'> {
  readonly verdict: Verdict<Kind>;
  readonly checks: readonly VerificationCheck[];
}

/** Each judges as of `at`, and never throws for bad evidence: the verdict says it. */
export interface Verifier {
  /**
   * What a device hands in: its whole purchaseData or a bare JWS, of an order or of a subscription's status. `recorded`:
   * it was found good by these revocation lists before, and what is asked is whether any list speaks against it.
   */
  verify(evidence: string, at: Date, recorded?: readonly RevocationList[]): Promise<Verification>;
  verifyPurchase(jws: string, at: Date): Promise<Verification<'purchase-order'>>;
  verifySubscriptionStatus(jws: string, at: Date): Promise<Verification<'subscription-status'>>;
  verifyNotification(jws: string, at: Date): Promise<Verification<'notification'>>;
}

export interface VerifierOptions {
  /** SHA-256 fingerprints of the trusted roots, in lower-case hex. */
  readonly trustedRoots: readonly string[];
  /** Undefined: revocation is not looked at. */
  readonly revocation?: VerifierRevocation | undefined;
  /** By which revocation lists are fresh or stale, and what is kept of a verification gets old; never evidence. */
  readonly now?: () => Date;
}

export function createVerifier({ trustedRoots, revocation, now = () => new Date() }: VerifierOptions): Verifier {
  const toLists = (recorded?: readonly RevocationList[]) => revocation && { ...revocation, recorded, now };
  const own = { trustedRoots: new Set(trustedRoots), knownChains: createKnownChains({ now }), lists: toLists() };
  const judge = <Kind extends DocumentKind>(kinds: readonly Kind[], jws: string, at: Date) =>
    report<Kind>((checks) => judgeDocument(kinds, jws, { ...own, at }, checks));
  return {
    verify: (evidence, at, recorded) =>
      report(async (checks) => {
        const { jws } = await checks.run('evidence', () => readEvidence(evidence));
        return judgeDocument(['purchase-order', 'subscription-status'], jws, { ...own, at, lists: toLists(recorded) }, checks);
      }),
    verifyPurchase: (jws, at) => judge(['purchase-order'], jws, at),
    verifySubscriptionStatus: (jws, at) => judge(['subscription-status'], jws, at),
    verifyNotification: (jws, at) => judge(['notification'], jws, at),
  };
}

/** The checks of the certificates, whatever they sign. */
const PATH_CHECKS = ['certificates', 'root', 'path', 'leaf', 'purpose'];

/** Whether the certificates held; undefined where the evidence failed before they were looked at. */
export function isPathGood(checks: readonly VerificationCheck[]): boolean | undefined {
  const path = checks.filter(({ name }) => PATH_CHECKS.includes(name));
  return path.length === 0 ? undefined : path.every(({ ok }) => ok);
}

async function report<Kind extends DocumentKind>(judge: (checks: CheckList) => Promise<Verdict<Kind>>): Promise<Verification<Kind>> {
  const checks = createCheckList();
  try {
    return { verdict: await judge(checks), checks: checks.list };
  } catch (error) {
    if (!(error instanceof CheckFailure)) throw error;
    return { verdict: toRefusal(error.code), checks: checks.list };
  }
}

async function judgeDocument<Kind extends DocumentKind>(
  kinds: readonly Kind[],
  jws: string,
  options: VerifySignedOptions,
  checks: CheckList,
): Promise<Verdict<Kind>> {
  const { payload, doubt } = await verifySigned(jws, options, checks);
  const kind = toDocumentKind(payload);
  if (kind !== undefined && !isOneOf(kinds, kind)) {
    checks.fail('payload', `another kind of document: ${kind}`);
    return toRefusal('WRONG_DOCUMENT', readDocumentFacts(payload));
  }
  const document = kind && readDocument(kind, payload, options.at.getTime());
  if (document === undefined) {
    checks.fail('payload', 'application, environment or order id cannot be read');
    return toRefusal('PAYLOAD_UNREADABLE', readDocumentFacts(payload));
  }
  await checks.run('payload', () => ({ value: undefined, seen: describeDocument(document), facts: toFacts(document) }));
  if (doubt !== undefined) return toRefusal(doubt, readDocumentFacts(payload));
  // The document is of `kind`, which is one of `kinds`.
  return { kind: 'valid', ...document } as Verdict<Kind>;
}

function isOneOf<Kind extends DocumentKind>(kinds: readonly Kind[], kind: DocumentKind): kind is Kind {
  return (kinds as readonly DocumentKind[]).includes(kind);
}

function readEvidence(evidence: string): Passed<PurchaseData> {
  const value = parsePurchaseData(evidence);
  return { value, seen: value.kind === 'subscription-status' ? 'jwsSubscriptionStatus of purchaseData' : 'a purchase order or a bare JWS' };
}

/** The time that the document claims to be signed at, unverified: only for `dropless verify --at signed`. */
export function signedTimeOf(evidence: string): Date | undefined {
  try {
    return readSignedTime(readPayload(readCompactJws(parsePurchaseData(evidence).jws).value));
  } catch {
    return undefined;
  }
}
