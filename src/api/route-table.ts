import type { ApiRoute, TableRow } from './api-route.js';
import { acknowledgePurchase } from './routes/acknowledge-purchase.js';
import { createPurchaseIntent } from './routes/create-purchase-intent.js';
import { listErrors, openApi } from './routes/documents.js';
import { getPurchase } from './routes/get-purchase.js';
import { livez, readyz } from './routes/health.js';
import { listGoods } from './routes/list-goods.js';
import { spendBalance } from './routes/spend-balance.js';
import { submitPurchase } from './routes/submit-purchase.js';

const EVERYBODY = ['public'] as const;
const BOTH = ['game-server', 'player'] as const;
const GAME_SERVER = ['game-server'] as const;

/** Who may call what. The one place: routes are registered from it, and the test of permissions is made from it. */
export const ROUTE_TABLE: readonly TableRow[] = [
  row('POST', '/v1/purchase-intents', BOTH, createPurchaseIntent),
  row('POST', '/v1/purchases', BOTH, submitPurchase),
  row('GET', '/v1/purchases/:purchaseOrderId', BOTH, getPurchase),
  row('POST', '/v1/purchases/:purchaseOrderId/acknowledgement', BOTH, acknowledgePurchase),
  row('GET', '/v1/accounts/:account/goods', BOTH, listGoods),
  row('POST', '/v1/accounts/:account/spends', GAME_SERVER, spendBalance),
  row('GET', '/livez', EVERYBODY, livez),
  row('GET', '/readyz', EVERYBODY, readyz),
  row('GET', '/openapi.json', EVERYBODY, openApi),
  row('GET', '/docs/errors', EVERYBODY, listErrors),
];

/** What a row’s schemas parse is what its handler is called with, see `registerRow`. */
function row<Body, Params, Headers>(
  method: TableRow['method'],
  url: string,
  callers: TableRow['callers'],
  route: ApiRoute<Body, Params, Headers>,
): TableRow {
  return { method, url, callers, route };
}
