import { expect, test } from 'vitest';
import { openTimeSkippingServer } from '../../support/time-skipping.js';

test('thirty days pass at once on the time-skipping test server', async () => {
  const server = await openTimeSkippingServer();
  try {
    const start = await server.now();
    await server.skip(30 * 24 * 3_600_000);
    expect((await server.now()).getTime() - start.getTime()).toBeGreaterThanOrEqual(30 * 24 * 3_600_000);
  } finally {
    await server.close();
  }
});
