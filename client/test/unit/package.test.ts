import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStorePki } from '../../../dev/store/pki.js';
import { createStore } from '../../../dev/store/store.js';
import type * as Kit from '../../src/main/ets/core/index';
import type * as Local from '../../src/main/ets/core/local';
import { APPLICATION_ID, createDevice, createTestStore, PRODUCTS } from '../support/device';
import { createFakeServer } from '../support/fake-backend';
import { bundle, installKit, type InstalledKit } from '../support/installed-kit';
import { createLife } from '../support/life';
import { webCrypto } from '../support/web-crypto';

const FLOW_A_BYTES = 30_000;
const VERIFIER_BYTES = 20_000;

let kit: InstalledKit;
beforeAll(async () => {
  kit = await installKit();
});
afterAll(() => kit.close());

const listExports = (entry: string): readonly string[] =>
  [...readFileSync(join('client/src/main/ets/core', `${entry}.ts`), 'utf8').matchAll(/^export \{([^}]*)\}/gm)]
    .flatMap(([, names = '']) => names.match(/\w+/g) ?? [])
    .toSorted();

describe('installed into an empty project', () => {
  test.each([
    ['@dropless/purchase-kit', 'index'],
    ['@dropless/purchase-kit/local', 'local'],
  ])('%s is required and imported, with all that it promises', async (name, entry) => {
    const required = await kit.evaluate(`console.log(Object.keys(require('${name}')).sort().join())`, 'commonjs');
    expect(required.trim().split(',')).toEqual(listExports(entry));
    const text = `import { ${listExports(entry).join()} } from '${name}'; console.log(typeof ${listExports(entry)[0]})`;
    expect(await kit.evaluate(text, 'module')).not.toContain('undefined');
  });

  test('it has types, for a project without Node’s or a browser’s', async () => {
    const app = `
      import { CONSUMABLE, createHttpBackend, createPurchaseKit, type PurchaseKitOptions, type PurchaseResult } from '@dropless/purchase-kit';
      import { createLocalDelivery, type LocalGoods, type VerifiedOrder, type VerifierCrypto } from '@dropless/purchase-kit/local';
      declare const ports: Pick<PurchaseKitOptions, 'iap' | 'context' | 'storage' | 'clock' | 'logger'>;
      declare const crypto: VerifierCrypto;
      const products = [{ productId: 'coins_100', productType: CONSUMABLE }] as const;
      const http = { request: async () => ({ status: 200, headers: {}, body: '' }) };
      const backend = createHttpBackend({ http, clock: ports.clock, baseUrl: '', applicationId: '', token: async () => '' });
      export const result: Promise<PurchaseResult> = createPurchaseKit({ ...ports, backend, products, apiVersion: 14 }).purchase('coins_100');
      const apply = (coins: number, order: VerifiedOrder): number => coins + 100 * order.quantity;
      export const goods: LocalGoods<number> = createLocalDelivery({ crypto, applicationId: '', environments: ['NORMAL'], initial: 0, apply });
      // @ts-expect-error The device's API version is missing.
      createPurchaseKit({ ...ports, products });
      const wrong: string = createPurchaseKit({ ...ports, local: goods, products, apiVersion: 14 });`;
    const complaints = await kit.check(app);
    expect(complaints.match(/error TS\d+/g), complaints).toEqual(['error TS2322']);
  });

  test('nothing inside of it can be reached but by its two entries', async () => {
    await expect(kit.evaluate(`require('@dropless/purchase-kit/lib/purchase.js')`, 'commonjs')).rejects.toThrow(
      'ERR_PACKAGE_PATH_NOT_EXPORTED',
    );
  });

  test('it is the built core with its documents, and nothing else', () => {
    const documents = kit.files.filter((name) => !name.startsWith('lib/'));
    expect(documents.toSorted()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']);
    const built = kit.files.filter((name) => name.startsWith('lib/'));
    expect(built.filter((name) => !/\.(js|d\.ts)$/.test(name))).toEqual([]);
    expect(JSON.parse(readFileSync(join(kit.path, 'package.json'), 'utf8'))).not.toHaveProperty('dependencies');
  });

  test('none of its files requires anything from outside', () => {
    const scripts = kit.files.filter((name) => name.endsWith('.js'));
    expect(scripts.length).toBeGreaterThan(20);
    const required = scripts.flatMap((name) => [
      ...readFileSync(join(kit.path, name), 'utf8').matchAll(/\b(?:require|import)\(([^)]*)\)/g),
    ]);
    expect(required.map(([, from = '']) => from).filter((from) => !/^["']\.\.?\//.test(from))).toEqual([]);
  });
});

describe('its size, minified', () => {
  test(`flow A without the players’ sentences is under ${FLOW_A_BYTES} bytes`, async () => {
    const code = await bundle(join(kit.path, 'lib/index.js'), /texts/);
    expect(code).toContain('createPurchase');
    expect(Buffer.byteLength(code)).toBeLessThan(FLOW_A_BYTES);
    expect(Buffer.byteLength(code)).toBeGreaterThan(FLOW_A_BYTES / 3);
  });

  test(`flow B’s verifier is under ${VERIFIER_BYTES} bytes`, async () => {
    const code = await bundle(join(kit.path, 'lib/verifier/verify-on-device.js'));
    expect(Buffer.byteLength(code)).toBeLessThan(VERIFIER_BYTES);
    expect(Buffer.byteLength(code)).toBeGreaterThan(VERIFIER_BYTES / 3);
  });

  test('who takes flow A alone gets nothing of the verifier but its two decoders', async () => {
    const code = await bundle(join(kit.path, 'lib/index.js'));
    expect(code).not.toMatch(/CHAIN_ROOT_UNKNOWN|x5c/);
  });
});

/** The entry in a world with the language's own objects and nothing else: no Node, no browser. */
async function openBare(entry: string): Promise<unknown> {
  const bare = createContext({});
  for (const name of runInContext(`Object.getOwnPropertyNames(globalThis)`, bare) as readonly string[]) {
    if (!NOT_OF_THE_LANGUAGE.includes(name)) continue;
    runInContext(`delete globalThis.${name}`, bare);
  }
  expect(runInContext('typeof process + typeof setTimeout + typeof TextDecoder + typeof console', bare)).toBe('undefined'.repeat(4));
  runInContext(await bundle(join(kit.path, 'lib', `${entry}.js`)), bare);
  return runInContext('kit', bare) as unknown;
}

/** What V8 gives to every world, and ArkTS does not. */
const NOT_OF_THE_LANGUAGE = ['console', 'WebAssembly', 'escape', 'unescape', 'eval', 'Intl'];

describe('in a world without Node and without a browser', () => {
  test('flow A sells and delivers', async () => {
    const { createPurchaseKit } = (await openBare('index')) as typeof Kit;
    const store = await createTestStore();
    const { iap, clock, storage } = createDevice(store, 'bare');
    const { backend, acknowledged } = createFakeServer();
    const life = createLife();
    const logger = { info() {}, warn() {} };
    const opened = createPurchaseKit({
      // Its calls are counted: time stands still while the store signs.
      iap: life.wrap('iap', iap),
      backend,
      storage,
      logger,
      clock: clock.forLife(life),
      context: {},
      products: PRODUCTS,
      apiVersion: 15,
    });
    const bought = opened.login('alice').then(() => opened.purchase('gold60'));
    await clock.runUntil(bought, life);
    const { kind, purchaseOrderIds } = await bought;
    expect(kind).toBe('granted');
    expect(acknowledged).toContain(purchaseOrderIds[0]);
  });

  test('flow B’s verifier judges', async () => {
    const { verifyOnDevice } = (await openBare('local')) as typeof Local;
    const pki = await createStorePki();
    const store = createStore({ pki, clock: () => new Date() });
    const { purchaseData, purchaseOrderId } = await store.pay({
      user: 'bare',
      applicationId: APPLICATION_ID,
      productId: 'noads',
      productType: 1,
    });
    const { jwsPurchaseOrder } = JSON.parse(purchaseData) as { readonly jwsPurchaseOrder: string };
    const options = { crypto: webCrypto, applicationId: APPLICATION_ID, environments: ['NORMAL'] as const };
    const trusting = { ...options, trustedRoots: [pki.rootFingerprint] };
    expect(await verifyOnDevice(jwsPurchaseOrder, trusting)).toMatchObject({ kind: 'valid', order: { purchaseOrderId } });
    expect(await verifyOnDevice(jwsPurchaseOrder, options)).toMatchObject({ kind: 'invalid', code: 'CHAIN_ROOT_UNKNOWN' });
  });
});
