import type { Accepted } from './accept-purchase.js';
import type { Engine } from './engine.js';
import type { Alarm } from './quarantine.js';
import type { Catalogue } from '../domain/catalogue.js';
import { isMended } from '../domain/judge-purchase.js';
import { isClosed, isCompleted } from '../domain/purchase.js';
import type { LedgerChange } from '../workflows/contract.js';

export interface EnsureRunDeps {
  readonly engine: Engine;
  readonly alarm: Alarm;
  readonly catalogue: () => Catalogue;
}

/** Starts or wakes the run of an order that is not final. Answers whether waiting for its grant makes sense. */
export async function ensureRun(deps: EnsureRunDeps, { purchase, news }: Accepted): Promise<boolean> {
  const { purchaseOrderId, state } = purchase;
  if (!isCompleted(purchase)) return false;
  if (state !== 'received') {
    const ended = isWord(news) && (await deps.engine.wake(purchaseOrderId, news)) === 'closed';
    // News opens a run again, for an order that was given up on, or whose run somebody ended.
    if (ended && !isClosed(state)) await deps.engine.start(purchase, 'any');
    return false;
  }
  const outcome = await deps.engine.start(purchase);
  if (outcome === 'closed') deps.alarm('RUN_CLOSED', { purchaseOrderId });
  const word = isMended(purchase, deps.catalogue()) ? 'catalogue' : news;
  if (outcome === 'running' && isWord(word)) await deps.engine.wake(purchaseOrderId, word);
  // Where the engine surely took nothing, waiting would only keep the player; the sweep starts the run later.
  return outcome === 'running' || outcome === 'unknown';
}

function isWord(news: Accepted['news'] | 'catalogue'): news is LedgerChange & (Accepted['news'] | 'catalogue') {
  return news === 'revoked' || news === 'owner-found' || news === 'fresh-evidence' || news === 'catalogue';
}
