import type { HttpPort } from '../../src/main/ets/core/http-backend';

/** The device's network, over Node's own. */
export function createFetchHttp(): HttpPort {
  return {
    async request({ method, url, headers, body, timeoutMs }) {
      const answer = await fetch(url, { method, headers, body, signal: AbortSignal.timeout(timeoutMs), redirect: 'manual' });
      return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
    },
  };
}
