import { constructed, DER, type DerValue, listDer, listWithin, primitive, readDer } from './der.js';
import { isWithinName } from './distinguished-name.js';
import { type GeneralName, readGeneralName } from './general-name.js';
import { isWithinDns, isWithinEmail, isWithinIp, isWithinUri, isWrittenAsConstraint, isWrittenAsName } from './name-subtrees.js';

/** RFC 5280 §4.2.1.10: what all names below an authority must lie within, and what none may. */
export interface NameConstraints {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
}

/** @throws {RangeError} where it is no NameConstraints, says nothing, or uses what the RFC's profile leaves out. */
export function readNameConstraints(der: Buffer): NameConstraints {
  const lists = listWithin(readDer(der), DER.sequence);
  const permitted = lists[0]?.tag === PERMITTED ? lists.shift() : undefined;
  const excluded = lists[0]?.tag === EXCLUDED ? lists.shift() : undefined;
  if (lists.length > 0 || (permitted ?? excluded) === undefined) throw new RangeError('not NameConstraints');
  return { permitted: readSubtrees(permitted), excluded: readSubtrees(excluded) };
}

const PERMITTED = constructed(0);
const EXCLUDED = constructed(1);

function readSubtrees(list: DerValue | undefined): GeneralName[] {
  if (list === undefined) return [];
  const subtrees = listDer(list.content).map(readSubtree);
  if (subtrees.length === 0) throw new RangeError('an empty list of subtrees');
  return subtrees;
}

/** Minimum and maximum "MUST be zero" and "MUST be absent". */
function readSubtree(value: DerValue): GeneralName {
  const [base, minimum, ...others] = listWithin(value, DER.sequence);
  const isPlain = minimum === undefined || (minimum.tag === primitive(0) && minimum.content.equals(Buffer.of(0)));
  if (base === undefined || !isPlain || others.length > 0) throw new RangeError('not a GeneralSubtree');
  const subtree = readGeneralName(base);
  if (!isWrittenAsConstraint(subtree)) throw new RangeError('a subtree that is none');
  return subtree;
}

/** How many names may still be held against how many subtrees: a path has names and subtrees by the thousand, if it likes. */
export interface ComparisonBudget {
  comparisonsLeft: number;
}

/** Why the names are not all within the constraints; undefined where they are. */
export function findNameFault(
  names: readonly GeneralName[],
  { permitted, excluded }: NameConstraints,
  budget: ComparisonBudget,
): string | undefined {
  budget.comparisonsLeft -= names.length * (permitted.length + excluded.length);
  if (budget.comparisonsLeft < 0) return 'too many names under too many constraints';
  for (const name of names) {
    const [allowed, banned] = [permitted, excluded].map((subtrees) => subtrees.filter((subtree) => isSameKind(name, subtree)));
    if (!allowed || !banned || allowed.length + banned.length === 0) continue;
    // An otherName that is constrained, or a name that cannot be read, is judged by nobody.
    if (name.kind === 'unsupported' || !isWrittenAsName(name)) return `a name (${name.kind}) that constraints cannot be applied to`;
    if (allowed.length > 0 && !allowed.some((subtree) => isWithin(name, subtree))) return `a name (${name.kind}) that is not permitted`;
    if (banned.some((subtree) => isWithin(name, subtree, 'touching'))) return `a name (${name.kind}) that is excluded`;
  }
  return undefined;
}

function isSameKind(name: GeneralName, subtree: GeneralName): boolean {
  if (name.kind === 'unsupported' && subtree.kind === 'unsupported') return name.tag === subtree.tag;
  return name.kind === subtree.kind;
}

/** 'touching': a wildcard counts as soon as one of the hosts that it stands for is within. */
function isWithin(name: GeneralName, subtree: GeneralName, wildcard: 'wholly' | 'touching' = 'wholly'): boolean {
  if (name.kind === 'dns' && subtree.kind === 'dns') return isWithinDns(name.text, subtree.text, wildcard);
  if (name.kind === 'email' && subtree.kind === 'email') return isWithinEmail(name.text, subtree.text);
  if (name.kind === 'uri' && subtree.kind === 'uri') return isWithinUri(name.text, subtree.text);
  if (name.kind === 'ip' && subtree.kind === 'ip') return isWithinIp(name.octets, subtree.octets);
  return name.kind === 'directory' && subtree.kind === 'directory' && isWithinName(name.name, subtree.name);
}
