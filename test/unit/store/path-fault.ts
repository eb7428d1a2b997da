import { readCertificate, verifyCertificatePath } from '../../../src/store/index.js';
import { type CertificatePlan, issue, name } from '../../support/certificates.js';
import { AT } from './signed-evidence.js';

export interface PathPlans {
  readonly root?: CertificatePlan;
  readonly intermediate?: CertificatePlan;
  readonly leaf?: CertificatePlan;
  readonly purposes?: readonly string[];
  readonly at?: Date;
}

/** Why there is no path from a leaf over one intermediate to a root; undefined where there is one. */
export async function findPathFault({ purposes = [], at = AT, ...plans }: PathPlans): Promise<string | undefined> {
  const root = issue({ ca: true, subject: name('Root'), ...plans.root });
  const intermediate = issue({ ca: true, subject: name('Intermediate'), issuer: root, ...plans.intermediate });
  const leaf = issue({ subject: name('Leaf'), issuer: intermediate, ...plans.leaf });
  const result = await verifyCertificatePath({
    trustedRoots: [readCertificate(root.der)],
    intermediates: [readCertificate(intermediate.der)],
    leaf: readCertificate(leaf.der),
    at,
    purposes,
  });
  return result.ok ? undefined : result.fault;
}
