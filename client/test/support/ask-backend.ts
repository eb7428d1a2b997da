import { createHttpBackend, type HttpBackendOptions } from '../../src/main/ets/core/http-backend';
import type { Backend } from '../../src/main/ets/core/ports';
import { APPLICATION_ID } from './device';
import { createFetchHttp } from './fetch-http';
import { createLife } from './life';
import { createVirtualClock } from './virtual-clock';

type Line = Pick<HttpBackendOptions, 'baseUrl' | 'token' | 'timeoutMs'>;

/** Asks the kit's own backend, over a real network; its waits between two tries cost no time. */
export async function askBackend<Answer>(line: Line, question: (backend: Backend) => Promise<Answer>): Promise<Answer> {
  const clock = createVirtualClock();
  const life = createLife();
  const { token } = life.wrap('login', { token: (account: string) => line.token(account) });
  const http = life.wrap('http', createFetchHttp());
  const answer = question(createHttpBackend({ ...line, http, applicationId: APPLICATION_ID, token, clock: clock.forLife(life) }));
  await clock.runUntil(answer, life);
  return answer;
}
