import type { Certificate } from './certificate.js';
import type { CheckList } from './checks.js';
import { checkHuaweiPath, checkLeaf, checkPurpose, checkRootPinned, readHuaweiChain, toCommonInterval } from './huawei-chain.js';
import type { ChainKey, GoodChain, KnownChains } from './known-chains.js';

export interface JudgeChainOptions {
  readonly trustedRoots: ReadonlySet<string>;
  readonly knownChains: KnownChains;
}

export interface JudgedChain {
  readonly chain: GoodChain;
  /** To be called once the leaf is known to have signed something. */
  readonly keep: () => void;
}

/**
 * The checks of the certificates, or what they saw when this set was found good. The moment to judge at follows from
 * the leaf, which says whether an expired one is judged at the time of signing.
 * @throws {CheckFailure} `JWS_CHAIN_INVALID`, `JWS_CERTIFICATE_NOT_FOR_PURCHASES`
 */
export async function judgeChain(
  x5c: readonly string[],
  toMoment: (leaf: Certificate) => Date,
  { trustedRoots, knownChains }: JudgeChainOptions,
  checks: CheckList,
): Promise<JudgedChain> {
  const key = { x5c, roots: [...trustedRoots].toSorted().join() } satisfies ChainKey;
  const known = knownChains.find(key, toMoment);
  if (known !== undefined) {
    checks.repeat(known.checks);
    return { chain: known, keep: () => undefined };
  }
  const before = checks.list.length;
  const chain = await checks.run('certificates', () => readHuaweiChain(x5c));
  await checks.run('root', () => checkRootPinned(chain, trustedRoots));
  const moment = toMoment(chain.leaf);
  await checks.run('path', () => checkHuaweiPath(chain, moment));
  await checks.run('leaf', () => checkLeaf(chain));
  await checks.run('purpose', () => checkPurpose(chain));
  const good: GoodChain = {
    leaf: chain.leaf,
    path: [chain.leaf, chain.intermediate, chain.root],
    ...toCommonInterval(chain),
    checks: checks.list.slice(before),
  };
  return { chain: good, keep: () => knownChains.keep(key, good) };
}
