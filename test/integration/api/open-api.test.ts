import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApi, type TestApi } from '../../support/api.js';
import { createTestWorld, type TestWorld } from '../../support/app.js';
import { HTTP_STATUS } from '../../../src/api/http-status.js';
import { ROUTE_TABLE } from '../../../src/api/route-table.js';
import { ERROR_CODES } from '../../../src/domain/error-codes.js';

interface Operation {
  readonly summary: string;
  readonly description: string;
  readonly security?: object[];
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content: object }>>;
}
interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

let world: TestWorld;
let api: TestApi;
let document: Document;

beforeAll(async () => {
  world = await createTestWorld();
  api = await openTestApi(world, await world.openRuntime({ worker: false }));
  document = (await api.app.inject({ url: '/openapi.json' })).json();
});
afterAll(async () => {
  await api.app.close();
  await world.close();
});

test('the document is valid OpenAPI 3.1', async () => {
  expect(document.openapi).toBe('3.1.0');
  const { valid, errors } = await new Validator().validate({ ...document });
  expect(errors).toBeUndefined();
  expect(valid).toBe(true);
});

test('it holds every row of the route table, with its callers and errors, and nothing else', () => {
  const rows = ROUTE_TABLE.map(({ method, url }) => `${method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`);
  const documented = Object.entries(document.paths).flatMap(([url, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${url}`),
  );
  expect(documented.sort()).toEqual(rows.sort());
  for (const { method, url, callers, route } of ROUTE_TABLE) {
    const operation = document.paths[url.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
    expect(operation?.security === undefined).toBe(callers.some((each) => each === 'public'));
    for (const status of Object.keys(route.answers)) expect(operation?.responses[status]?.content).toBeDefined();
    for (const code of route.errors) expect(operation?.responses[String(HTTP_STATUS[code])]?.description).toContain(code);
  }
});

test('the pages can be looked at with HEAD, and over plain http', async () => {
  for (const url of ['/docs', '/docs/', '/docs/errors', '/livez']) {
    const page = await api.app.inject({ url });
    const head = await api.app.inject({ method: 'HEAD', url });
    expect([head.statusCode, head.headers['content-type']]).toEqual([page.statusCode, page.headers['content-type']]);
    expect(head.body).toBe('');
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
    expect(page.headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
  }
});

test('the pages to read are there, with an anchor for the type of every problem', async () => {
  expect((await api.app.inject({ url: '/docs/' })).headers['content-type']).toContain('text/html');
  const { body, headers } = await api.app.inject({ url: '/docs/errors' });
  expect(headers['content-type']).toBe('text/html; charset=utf-8');
  for (const code of Object.keys(ERROR_CODES)) expect(body).toContain(`id="${code}"`);
});
