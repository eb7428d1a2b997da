import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { createStorePki, type StorePki } from '../../../../dev/store/pki.js';
import { AT, ORDER, partsOf, toBase64Url, verifyUnder } from './orders';

let pki: StorePki;
let jws: string;
beforeAll(async () => {
  pki = await createStorePki({ now: AT });
  jws = await pki.sign(ORDER);
});

/** Places are a share of the length: what is signed has not always the same one. */
const PLACE = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

function flip(bytes: Uint8Array, place: number, bit: number): Uint8Array {
  const at = Math.floor(place * bytes.length);
  return bytes.map((byte, index) => (index === at ? byte ^ (1 << bit) : byte));
}

test('no bit of the text can be another', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(PLACE, fc.nat(7), async (place, bit) => {
      const changed = Buffer.from(flip(Buffer.from(jws), place, bit)).toString('latin1');
      expect(await verifyUnder(pki, changed)).toMatchObject({ kind: 'invalid' });
    }),
    { numRuns: 500 },
  );
});

test('nor any bit of what the text spells', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(2), PLACE, fc.nat(7), async (part, place, bit) => {
      const parts = partsOf(jws).map((text, index) =>
        index === part ? toBase64Url(flip(Buffer.from(text, 'base64url'), place, bit)) : text,
      );
      expect(await verifyUnder(pki, parts.join('.'))).toMatchObject({ kind: 'invalid' });
    }),
    { numRuns: 300 },
  );
});

test('nor any bit of a certificate, though the leaf’s own key sign it anew', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(2), PLACE, fc.nat(7), async (entry, place, bit) => {
      const x5c = pki.x5c.map((text, index) =>
        index === entry ? Buffer.from(flip(Buffer.from(text, 'base64'), place, bit)).toString('base64') : text,
      );
      expect(await verifyUnder(pki, await pki.sign(ORDER, { header: { x5c } }))).toMatchObject({ kind: 'invalid' });
    }),
    { numRuns: 500 },
  );
});

test(
  'a bit of the payload, signed anew by the leaf, changes what is read and never how much is believed',
  { timeout: 60_000 },
  async () => {
    const text = Buffer.from(JSON.stringify(ORDER));
    await fc.assert(
      fc.asyncProperty(PLACE, fc.nat(6), async (place, bit) => {
        const changed = Buffer.from(flip(text, place, bit)).toString('latin1');
        const { kind, order } = await verifyUnder(pki, await pki.sign(changed));
        if (kind !== 'valid') return;
        expect(order).toMatchObject({ applicationId: ORDER.applicationId, environment: 'NORMAL' });
        expect(JSON.parse(changed)).toMatchObject({
          purchaseOrderId: order?.purchaseOrderId,
          productId: order?.productId,
          purchaseToken: order?.purchaseToken,
        });
      }),
      { numRuns: 300 },
    );
  },
);

test('whatever the text, there is a verdict', { timeout: 60_000 }, async () => {
  const anything = fc.oneof(
    fc.string(),
    fc.array(fc.base64String(), { maxLength: 4 }).map((parts) => parts.join('.')),
  );
  const anyHeader = fc.record({
    alg: fc.constant('ES256'),
    x5c: fc.array(fc.oneof(fc.base64String(), fc.constantFrom(...pki.x5c)), { maxLength: 4 }),
  });
  const anyPayload = fc.json();
  await fc.assert(
    fc.asyncProperty(anything, anyHeader, anyPayload, async (text, header, payload) => {
      expect(await verifyUnder(pki, text)).toMatchObject({ kind: 'invalid' });
      expect(await verifyUnder(pki, `${toBase64Url(JSON.stringify(header))}.e30.AAAA`)).toMatchObject({ kind: 'invalid' });
      expect((await verifyUnder(pki, await pki.sign(payload))).kind).not.toBe('valid');
    }),
    { numRuns: 200 },
  );
});
