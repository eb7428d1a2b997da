import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { HUAWEI_ROOT_FINGERPRINTS as SERVER_ROOTS } from '../../../../src/store/index.js';
import { HUAWEI_ROOT_FINGERPRINTS } from '../../../src/main/ets/core/verifier/huawei-roots';
import { verifyOnDevice } from '../../../src/main/ets/core/verifier/verify-on-device';
import { webCrypto } from '../../support/web-crypto';
import { partsOf, toBase64Url } from './orders';

const SAMPLES = new URL('../../../../../shared/huawei-samples/', import.meta.url);
const haveSamples = existsSync(SAMPLES);
if (!haveSamples) process.stdout.write('real-sample: skipped, ../shared/huawei-samples is not there\n');

const read = (name: string) => (haveSamples ? readFileSync(new URL(name, SAMPLES), 'utf8').trim() : '');
const readX5c = (name: string) => read(name).replaceAll(/-----[^-]+-----|\s/g, '');

const JWS = read('real-jws-purchase-order.jws');
const TEST_ROOT = readX5c('negative-root-ca-g2-test.pem');
const CODE_SIGNER = readX5c('negative-sibling-ca-software-signing.pem');

const OPTIONS = { crypto: webCrypto, applicationId: '5765880207854356261', environments: ['NORMAL'] } as const;
const judge = (jws: string) => verifyOnDevice(jws, OPTIONS);

function withX5c(change: (x5c: [leaf: string, ca: string, root: string]) => readonly string[]): string {
  const [header, payload, signature] = partsOf(JWS);
  const fields = JSON.parse(Buffer.from(header, 'base64url').toString()) as { x5c: [string, string, string] };
  return `${toBase64Url(JSON.stringify({ ...fields, x5c: change(fields.x5c) }))}.${payload}.${signature}`;
}

test('device and server pin the same roots', () => {
  expect(HUAWEI_ROOT_FINGERPRINTS).toEqual(SERVER_ROOTS);
});

describe.runIf(haveSamples)('a purchase that Huawei signed', () => {
  test('is valid under Huawei’s own pin, years after its certificate has expired', async () => {
    expect(await judge(JWS)).toEqual({
      kind: 'valid',
      code: '',
      order: {
        purchaseOrderId: '202405161036449949c73488c1.5765880207854356261',
        purchaseToken: expect.stringMatching(/^0000018f.*\.1\.5765880207854356261$/) as string,
        applicationId: '5765880207854356261',
        environment: 'NORMAL',
        productId: 'com.raven.tank.hmcn.test',
        productType: 0,
        quantity: 1,
        purchaseTime: 1_715_827_013_000,
        signedTime: 1_716_434_162_562,
        finishStatus: '1',
        developerPayload: '',
        revoked: false,
      },
    });
  });

  test('is not this app’s where the app is another', async () => {
    expect(await verifyOnDevice(JWS, { ...OPTIONS, applicationId: '1' })).toEqual({ kind: 'invalid', code: 'WRONG_APPLICATION' });
  });

  test('bears no changed character', async () => {
    for (let index = 0; index < JWS.length; index += 97) {
      const changed = JWS.slice(0, index) + (JWS[index] === 'A' ? 'B' : 'A') + JWS.slice(index + 1);
      if (changed !== JWS) expect(await judge(changed), `character ${index}`).toMatchObject({ kind: 'invalid' });
    }
  });

  test('is refused with Huawei’s authority for code signing on its path, which stands under the same root', async () => {
    const inPlaceOfCa = withX5c(([leaf, , root]) => [leaf, CODE_SIGNER, root]);
    const inPlaceOfLeaf = withX5c(([, ca, root]) => [CODE_SIGNER, ca, root]);
    expect(await judge(inPlaceOfCa)).toEqual({ kind: 'invalid', code: 'CHAIN_NAMES' });
    expect(await judge(inPlaceOfLeaf)).toMatchObject({ kind: 'invalid', code: 'CHAIN_NAMES' });
  });

  test('is refused under Huawei’s test root', async () => {
    expect(await judge(withX5c(([leaf, ca]) => [leaf, ca, TEST_ROOT]))).toEqual({ kind: 'invalid', code: 'CHAIN_ROOT_UNKNOWN' });
  });
});
