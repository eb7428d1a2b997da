import Fastify, { type FastifyInstance } from 'fastify';
import {
  hasZodFastifySchemaValidationErrors,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ProductType, PurchaseQueryType } from './iap-types.js';
import { OrderNotFoundError } from './order-book.js';
import { isListed } from './ownership.js';
import type { Store } from './store.js';

const BODY_BYTES_MAX = 16_384;

const ORDER_BODY = z.strictObject({
  user: z.string().min(1).max(256).default('player'),
  applicationId: z.string().regex(/^\d{1,128}$/),
  productId: z.string().min(1).max(256),
  productType: z.literal(Object.values(ProductType)),
  environment: z.enum(['NORMAL', 'SANDBOX']).default('NORMAL'),
  quantity: z.int().min(1).max(10).exactOptional(),
  price: z.int().min(0).exactOptional(),
  developerPayload: z.string().default(''),
  paid: z.boolean().default(true),
});
const REVOCATION_BODY = z.strictObject({ code: z.enum(['0', '1']).default('1') }).nullish();
const ORDER_PARAMS = z.object({ purchaseOrderId: z.string().min(1).max(256) });
const ORDERS_QUERY = z.object({ user: z.string().min(1).max(256).default('player') });
const ORDER_ANSWER = z.object({ purchaseOrderId: z.string(), purchaseData: z.string() });

/**
 * The store for a person with curl; the caller lets it listen.
 *
 * - `POST /orders` pays at once, whatever the user owns already; with `paid: false` the payment waits for a consent.
 * - `POST /orders/{id}/complete` pays such an order.
 * - `GET /orders?user=player` lists what a device of this user finds unfinished.
 * - `GET /orders/{id}` answers with a freshly signed document.
 * - `POST /orders/{id}/revoke` takes the code '1' unless told otherwise.
 * - `POST /orders/{id}/finish` does what the device's `finishPurchase` does.
 */
export function createStoreServer(store: Store): FastifyInstance {
  const server = Fastify({ bodyLimit: BODY_BYTES_MAX });
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(serializerCompiler);
  answerErrors(server);
  addRoutes(server, store);
  return server;
}

function addRoutes(server: FastifyInstance, store: Store): void {
  const routes = server.withTypeProvider<ZodTypeProvider>();
  const toAnswer = async (purchaseOrderId: string) => ({ purchaseOrderId, purchaseData: await store.purchaseData(purchaseOrderId) });

  routes.post('/orders', { schema: { body: ORDER_BODY, response: { 201: ORDER_ANSWER } } }, async ({ body }, reply) => {
    const { paid, ...request } = body;
    const { purchaseOrderId } = store.place(request);
    if (paid) store.complete(purchaseOrderId);
    return reply.code(201).send(await toAnswer(purchaseOrderId));
  });
  routes.post(
    '/orders/:purchaseOrderId/revoke',
    { schema: { params: ORDER_PARAMS, body: REVOCATION_BODY, response: { 200: ORDER_ANSWER } } },
    ({ params, body }) => {
      store.revoke(params.purchaseOrderId, body?.code ?? '1');
      return toAnswer(params.purchaseOrderId);
    },
  );
  const listed = { schema: { querystring: ORDERS_QUERY, response: { 200: z.array(ORDER_ANSWER) } } };
  routes.get('/orders', listed, ({ query }) => {
    const unfinished = store.listOrders(query).filter((order) => isListed(order, PurchaseQueryType.UNFINISHED, store.clock(), false));
    return Promise.all(unfinished.map(({ purchaseOrderId }) => toAnswer(purchaseOrderId)));
  });
  const byId = { schema: { params: ORDER_PARAMS, response: { 200: ORDER_ANSWER } } };
  routes.get('/orders/:purchaseOrderId', byId, ({ params }) => toAnswer(params.purchaseOrderId));
  routes.post('/orders/:purchaseOrderId/complete', byId, ({ params }) => {
    store.complete(params.purchaseOrderId);
    return toAnswer(params.purchaseOrderId);
  });
  routes.post('/orders/:purchaseOrderId/finish', byId, ({ params }) => {
    store.finish(params.purchaseOrderId);
    return toAnswer(params.purchaseOrderId);
  });
}

function answerErrors(server: FastifyInstance): void {
  server.setErrorHandler((error, _request, reply) => {
    if (error instanceof OrderNotFoundError) return reply.code(404).send({ code: error.code, detail: error.message });
    if (hasZodFastifySchemaValidationErrors(error)) {
      const fields = error.validation.map(({ instancePath, message }) => `${instancePath}: ${message ?? ''}`);
      return reply.code(400).send({ code: 'REQUEST_MALFORMED', detail: fields.join('; ') });
    }
    return reply.send(error);
  });
}

/** Listens on 127.0.0.1; port 0 takes a free one. */
export async function openStoreServer(store: Store, port = 0): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createStoreServer(store);
  const url = await server.listen({ host: '127.0.0.1', port });
  return { url, close: () => server.close() };
}
