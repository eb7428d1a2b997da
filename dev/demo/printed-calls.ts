import { relative } from 'node:path';
import { APPLICATION_ID } from './player.js';
import { quoteForShell } from '../stack/env-file.js';
import type { Stack } from '../stack/stack.js';

export interface Addresses {
  readonly api: string;
  readonly store: string;
  readonly key: string;
}

/** Every address, the calls of a purchase, and the operator's commands, each to be pasted as it stands. */
export function renderPrintedCalls({ server, apiKey, storeUrl, temporalUiUrl, databaseUrl, envFile }: Stack): string {
  return `
Everything is up; Ctrl-C ends it and leaves nothing running. Production starts with: npm run server, npm run worker

  API            ${server.url}   (docs: ${server.url}/docs)
  Temporal UI    ${temporalUiUrl ?? 'where your own Temporal has it'}   (paste an order id into the search)
  store          ${storeUrl}
  PostgreSQL     ${databaseUrl}

A purchase, call by call; paste it into another shell in the project’s folder:

${renderCalls({ api: server.url, store: storeUrl, key: apiKey })}
The operator’s side of it, there too:

${renderOperatorCommands(relative(process.cwd(), envFile))}`;
}

/** A purchase from its announcement to the spending. The READMEs show the same lines, and tests run them. */
export function renderCalls({ api, store, key }: Addresses): string {
  return String.raw`API=${api} STORE=${store} KEY=${key}

# 1 Announce the purchase: the payload binds the order to the account.
PAYLOAD=$(curl -s $API/v1/purchase-intents -H "authorization: Bearer $KEY" -H 'content-type: application/json' \
  -d '{"account":"alice","applicationId":"${APPLICATION_ID}","productId":"gold60"}' |
  node -p 'JSON.parse(fs.readFileSync(0)).developerPayload')

# 2 Pay the simulated store; on a device: createPurchase.
curl -s $STORE/orders -H 'content-type: application/json' -o order.json \
  -d '{"applicationId":"${APPLICATION_ID}","productId":"gold60","productType":0,"developerPayload":"'$PAYLOAD'"}'
ORDER=$(node -p 'require("./order.json").purchaseOrderId')

# 3 Submit what the device got.
node -p 'JSON.stringify({account:"alice",purchaseData:require("./order.json").purchaseData})' |
  curl -sw '\n' $API/v1/purchases -H "authorization: Bearer $KEY" -H 'content-type: application/json' -d @-

# 4 Look at it.
curl -sw '\n' $API/v1/purchases/$ORDER -H "authorization: Bearer $KEY"

# 5 Finish it with the store; on a device: finishPurchase.
curl -s -X POST $STORE/orders/$ORDER/finish -o /dev/null

# 6 Say so. The answer says granted, and the order is finished a moment later.
curl -sw '\n' $API/v1/purchases/$ORDER/acknowledgement -H "authorization: Bearer $KEY" -H 'content-type: application/json' \
  -d '{"account":"alice"}'

# 7 What alice has, and spending it.
curl -sw '\n' $API/v1/accounts/alice/goods -H "authorization: Bearer $KEY"
curl -sw '\n' $API/v1/accounts/alice/spends -H "authorization: Bearer $KEY" -H 'content-type: application/json' \
  -H 'idempotency-key: sword-1' -d '{"currency":"gold","amount":10}'
`;
}

/** In shells of their own: what the file sets would lead the next `npm start` to a database that is stopped. */
export function renderOperatorCommands(envFile: string): string {
  const file = quoteForShell(envFile);
  const inDemo = (command: string): string => `(set -a; . ${file}; ${command})`;
  return `${inDemo('npm run --silent dropless -- show $ORDER')}
${inDemo('npm run --silent dropless -- parked')}

# What the store signed, judged check by check under the root of this demo.
node -p 'require("./order.json").purchaseData' |
  ${inDemo('npm run --silent dropless -- verify - --catalogue dev/catalogue.json')}
`;
}
