import type { Clock, HttpPort, Logger, Storage } from '#purchase-kit';

/** What a phone gives the kit, apart from the store: a disk, a clock, a log that nobody reads. */
export function createPhone(): { readonly storage: Storage; readonly clock: Clock; readonly logger: Logger } {
  const disk = new Map<string, string>();
  return {
    storage: { read: async (key) => disk.get(key), write: async (key, value) => void disk.set(key, value) },
    clock: {
      now: () => Date.now(),
      schedule(delayMs, run) {
        const timer = setTimeout(run, delayMs).unref();
        return () => clearTimeout(timer);
      },
    },
    logger: { info() {}, warn() {} },
  };
}

/** The phone's network. */
export const fetchHttp: HttpPort = {
  async request({ method, url, headers, body, timeoutMs }) {
    const answer = await fetch(url, { method, headers, body, signal: AbortSignal.timeout(timeoutMs) });
    return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
  },
};

/** A network over which requests to this path arrive, and their answers never do. */
export function neverAnswered(http: HttpPort, path: string): HttpPort {
  return {
    async request(request) {
      const answer = await http.request(request);
      return request.url.endsWith(path) ? new Promise(() => {}) : answer;
    },
  };
}
