import type { CatalogueJudgement } from './check-against-catalogue.js';
import { ERROR_CODES } from '../domain/error-codes.js';
import { renderCheck } from '../store/index.js';

/** One order against the catalogue, check by check; the last line says what it comes to. */
export function renderJudgement({ purchaseOrderId, checks, obstacles }: CatalogueJudgement): string[] {
  const [weightiest] = obstacles;
  const head = ['', `Against the catalogue, order ${purchaseOrderId}:`, ...checks.map(renderCheck)];
  if (weightiest === undefined) return [...head, 'GRANTABLE: dropless would grant this to its owner.'];
  const { final, en } = ERROR_CODES[weightiest];
  return [...head, `NOT GRANTABLE: ${obstacles.join(', ')} (${final ? 'final' : 'not final'}). ${en}`];
}
