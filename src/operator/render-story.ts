import { adviseOn, renderAdvice } from './park-advice.js';
import { toOwnerWords, toStateWords } from './state-words.js';
import { ERROR_CODES } from '../domain/error-codes.js';
import type { Purchase } from '../domain/purchase.js';
import type { PurchaseStory } from '../fulfilment/describe.js';
import type { PurchaseEvent } from '../ledger/timeline.js';
import type { OperatorAct } from '../ledger/operator-acts.js';

const NAME_WIDTH = 16;
const KIND_WIDTH = 18;

/** Everything that the ledger knows of an order, for the person who asks after it. */
export function renderStory({ purchase, timeline, acts }: PurchaseStory): string[] {
  return [
    ...renderFacts(purchase),
    '',
    'Timeline',
    ...timeline.map(renderEvent),
    ...(acts.length === 0 ? [] : ['', 'Operator acts', ...acts.map(renderAct)]),
  ];
}

function renderFacts(purchase: Purchase): string[] {
  const { purchaseOrderId, applicationId, environment, realm, productId, productType, quantity, released, unexpected } = purchase;
  return [
    fact('Order', purchaseOrderId),
    fact('State', toStateWords(purchase)),
    fact('Owner', toOwnerWords(purchase)),
    fact('Product', `${productId} × ${quantity} (${productType})`),
    fact('Application', `${applicationId}, ${environment}, realm ${realm}`),
    ...renderTimes(purchase),
    ...(unexpected.length === 0 ? [] : [fact('Not understood', `in what the store signed: ${unexpected.join(', ')}`)]),
    ...(released.length === 0 ? [] : [fact('Released from', released.join(', '))]),
    ...renderPark(purchase),
    fact('Workflow', `${purchaseOrderId} (the id to search for in Temporal)`),
  ];
}

function renderTimes(purchase: Purchase): string[] {
  const {
    purchasedAt,
    signedAt,
    receivedAt,
    grantedAt,
    acknowledgedAt,
    finishedAt,
    finishedBy,
    finishUnknownAt,
    revokedAt,
    storeFinished,
  } = purchase;
  const times: readonly (readonly [string, Date | undefined, string?])[] = [
    ['Paid', purchasedAt],
    ['Signed', signedAt, storeFinished ? 'finished at the store by then' : 'not finished at the store by then'],
    ['Received', receivedAt],
    ['Granted', grantedAt],
    ['Acknowledged', acknowledgedAt],
    ['Finished', finishedAt, finishedBy === 'client' ? 'as the app says' : 'as the store says'],
    ['Finish unknown', finishUnknownAt, 'nobody told of it; no workflow waits for it any more'],
    ['Revoked', revokedAt],
  ];
  return times.flatMap(([name, time, note]) =>
    time === undefined ? [] : [fact(name, note === undefined ? time.toISOString() : `${time.toISOString()}, ${note}`)],
  );
}

function renderPark(purchase: Purchase): string[] {
  const { park } = purchase;
  if (park === undefined) return [];
  const { en, zh } = ERROR_CODES[park.reason];
  return [
    fact('Parked', `${park.reason}, park number ${park.number}, since ${park.since.toISOString()}`),
    fact('', `${en} (${zh})`),
    ...renderAdvice(adviseOn(purchase)).map((line, index) => fact(index === 0 ? 'What to do' : '', line)),
  ];
}

function renderEvent({ kind, occurredAt, details }: PurchaseEvent): string {
  return `  ${occurredAt.toISOString()}  ${kind.padEnd(KIND_WIDTH)}${renderDetails(details)}`.trimEnd();
}

function renderAct({ kind, who, why, occurredAt, details }: OperatorAct): string {
  return `  ${occurredAt.toISOString()}  ${kind.padEnd(KIND_WIDTH)}by ${who}: ${why}  ${renderDetails(details)}`.trimEnd();
}

function renderDetails(details: Readonly<Record<string, unknown>>): string {
  return Object.entries(details)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}

const fact = (name: string, value: string): string => `${name.padEnd(NAME_WIDTH)}${value}`;
