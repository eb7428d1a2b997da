import { isReleasable } from '../domain/judge-purchase.js';
import type { ParkReason, Purchase } from '../domain/purchase.js';

/** What an operator may do about a parked order: when, and the whole command to copy. */
export interface Advice {
  readonly words: string;
  readonly command: string;
}

type ParkedOrder = Pick<Purchase, 'park' | 'purchaseOrderId' | 'accountKey' | 'unexpected'>;

/** The number of the park goes with each act: it counts only for what the operator has read. */
const COMMANDS = {
  apply: 'dropless catalogue apply FILE --why "…"',
  retry: 'dropless retry ORDER --park PARK --why "…"',
  release: 'dropless release ORDER --park PARK --why "…"',
  releaseTo: 'dropless release ORDER --account ID --park PARK --why "…"',
  attach: 'dropless attach ORDER --account ID --park PARK --why "…"',
  refuse: 'dropless resolve ORDER --as refused --park PARK --why "…"',
  elsewhere: 'dropless resolve ORDER --as granted-elsewhere --park PARK --why "…"',
} as const;

type Step = readonly [words: string, command: keyof typeof COMMANDS];

const CLOSE: Step = ['To close it without goods:', 'refuse'];
const MEND_CATALOGUE: readonly Step[] = [['Mend the catalogue:', 'apply'], ['Then have the order judged anew:', 'retry'], CLOSE];
const DELIVERED_OR_NOT: readonly Step[] = [
  ['If the other system delivered it:', 'elsewhere'],
  ['If it did not, and dropless shall:', 'release'],
];

const ADVICE: Readonly<Record<ParkReason, readonly Step[]>> = {
  PRODUCT_UNKNOWN: MEND_CATALOGUE,
  PRODUCT_TYPE_MISMATCH: MEND_CATALOGUE,
  APPLICATION_UNKNOWN: MEND_CATALOGUE,
  ENVIRONMENT_UNKNOWN: MEND_CATALOGUE,
  SUBSCRIPTION_UNSUPPORTED: [['It is kept until dropless can fulfil subscriptions. To close it without goods:', 'refuse']],
  PAYLOAD_UNEXPECTED: [
    ['Update dropless to a version that understands the order; then have it judged anew:', 'retry'],
    ['If it shall be granted by what was understood:', 'release'],
    CLOSE,
  ],
  AMOUNT_TOO_LARGE: [
    ['Lower the amount in the catalogue:', 'apply'],
    ['Or once the account’s balance is lower, have the order judged anew:', 'retry'],
    CLOSE,
  ],
  OWNER_UNKNOWN: [['Find out whose it is; then:', 'attach'], CLOSE],
  FINISHED_ELSEWHERE: DELIVERED_OR_NOT,
  BEFORE_ADOPTION: DELIVERED_OR_NOT,
  EVIDENCE_KEY_MISSING: [['Put the missing key back into DROPLESS_EVIDENCE_KEYS and restart; then have the order judged anew:', 'retry']],
  EVIDENCE_INVALID: [
    ['Find out why (a changed root, a damaged row); once that is mended, have the order judged anew:', 'retry'],
    ['If the payment is proven another way:', 'release'],
    CLOSE,
  ],
  CERTIFICATE_REVOKED: [
    ['A freshly signed copy, which the device brings, is judged by itself. If the payment is proven another way:', 'release'],
    ['If the certificate is taken off the list again, have the order judged anew:', 'retry'],
    CLOSE,
  ],
};

/** What to do about the order as it is parked; nothing for one that is not. */
export function adviseOn({ park, purchaseOrderId, accountKey, unexpected }: ParkedOrder): Advice[] {
  if (park === undefined) return [];
  const toCommand = (name: keyof typeof COMMANDS) =>
    COMMANDS[name].replaceAll(/ORDER|PARK/g, (key) => (key === 'ORDER' ? purchaseOrderId : `${park.number}`));
  return ADVICE[park.reason]
    .filter(([, name]) => name !== 'release' || isReleasable(park.reason, unexpected))
    .map(([words, name]) => ({ words, command: toCommand(name === 'release' && accountKey === undefined ? 'releaseTo' : name) }));
}

/** A line for when, a line to copy. */
export function renderAdvice(advice: readonly Advice[]): string[] {
  return advice.flatMap(({ words, command }) => [words, `  ${command}`]);
}
