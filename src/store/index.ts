/** The one public face of verification: what is not named here is nobody else's business. */
export { EXTENDED_KEY_USAGES } from './certificate-extensions.js';
export { readCertificate, type Certificate } from './certificate.js';
export { verifyCertificatePath, type CertificatePath, type CertificatePathInput } from './certificate-path.js';
export type { VerificationCheck } from './checks.js';
export {
  createVerifier,
  isPathGood,
  signedTimeOf,
  type Verdict,
  type Verification,
  type Verifier,
  type VerifierOptions,
} from './create-verifier.js';
export { listDistributionPoints } from './distribution-points.js';
export { HUAWEI_ROOT_FINGERPRINTS } from './huawei-roots.js';
export { listsUsedBy, type VerifierRevocation } from './judge-lists.js';
export type { VerifiedNotification } from './notification-payload.js';
export { renderCheck, renderReport } from './render-verification.js';
export { findListFault, isFresh, isListed, type RevocationPolicy } from './revocation.js';
export { readRevocationList, REVOCATION_LIST_BYTES_MAX, type RevocationList } from './revocation-list.js';
export type { DocumentKind, StoreDocument } from './store-document.js';
export { toReport, type VerificationReport } from './verification-report.js';
export type { InvalidCode, Refusal, SignedFacts, UndecidedCode } from './verdict.js';
export { isSignedEs256, verifyCompactEs256, type CompactJws } from './verify-compact-es256.js';
