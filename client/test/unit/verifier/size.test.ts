import { rolldown } from 'rolldown'; // What vitest itself bundles with.
import { expect, test } from 'vitest';

const VERIFIER = 'client/src/main/ets/core/verifier';

test('the verifier is less than 20 KB, and all of it stands in its folder', async () => {
  const bundle = await rolldown({ input: `${VERIFIER}/verify-on-device.ts` });
  const { output } = await bundle.generate({ minify: true });
  await bundle.close();
  const [{ code, imports, moduleIds }] = output;
  expect(imports).toEqual([]);
  expect(moduleIds.filter((id) => !id.includes(VERIFIER))).toEqual([]);
  expect(moduleIds.length).toBeGreaterThan(10);
  expect(Buffer.byteLength(code)).toBeGreaterThan(5000); // Nothing was left out as unused.
  expect(Buffer.byteLength(code)).toBeLessThan(20_000);
});
