import { APPLICATION_ID } from './player.js';
import type { Stack } from '../stack/stack.js';

/** Every address, and one curl for each main call. */
export function renderCurls({ server, apiKey, storeUrl, temporalUiUrl, databaseUrl }: Stack): string {
  const auth = `-H 'authorization: Bearer ${apiKey}'`;
  const json = `-H 'content-type: application/json'`;
  return `
Everything is up; Ctrl-C ends it and leaves nothing running. Production starts with: npm run server, npm run worker

  API            ${server.url}   (docs: ${server.url}/docs)
  Temporal UI    ${temporalUiUrl ?? 'where your own Temporal has it'}   (paste an order id into the search)
  store          ${storeUrl}
  PostgreSQL     ${databaseUrl}

Announce a purchase:
  curl -s ${server.url}/v1/purchase-intents ${auth} ${json} -d '{"account":"you","applicationId":"${APPLICATION_ID}","productId":"gold60"}'
Pay the simulated store:
  curl -s ${storeUrl}/orders ${json} -d '{"applicationId":"${APPLICATION_ID}","productId":"gold60","productType":0}' > order.json
Submit what the device got:
  node -p 'JSON.stringify({account:"you",purchaseData:require("./order.json").purchaseData})' | curl -s ${server.url}/v1/purchases ${auth} ${json} -d @-
Look at it (ORDER is the purchaseOrderId):
  curl -s ${server.url}/v1/purchases/ORDER ${auth}
Finish it at the store, as the device does:
  curl -s -X POST ${storeUrl}/orders/ORDER/finish
Acknowledge the finish:
  curl -s ${server.url}/v1/purchases/ORDER/acknowledgement ${auth} ${json} -d '{"account":"you"}'
What you own:
  curl -s ${server.url}/v1/accounts/you/goods ${auth}
Spend it:
  curl -s ${server.url}/v1/accounts/you/spends ${auth} ${json} -H 'idempotency-key: sword-1' -d '{"currency":"gold","amount":10}'
`;
}
