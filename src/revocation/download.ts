import { lookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { get as getHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { get as getHttps } from 'node:https';
import { isIP } from 'node:net';
import { isPublicAddress } from './public-address.js';
import { REVOCATION_LIST_BYTES_MAX } from '../store/index.js';

export interface DownloadOptions {
  /** For tests: which addresses may be connected to. */
  readonly isAllowed?: ((address: string) => boolean) | undefined;
  /** For the whole of it, redirects included. */
  readonly timeoutMs?: number | undefined;
  /** Ends it before its time. */
  readonly signal?: AbortSignal | undefined;
}

const REDIRECTS_MAX = 3;
/** A few hundred bytes from a content network; what takes longer is tried again later. */
const TIMEOUT_MS = 10_000;

/**
 * GETs a revocation list. The address that is connected to is the one that was looked at: names are resolved once, and
 * each redirect is held to the same rules.
 * @throws {Error} of whatever kind: another protocol, an address that is not public, a redirect too many, a status other than 200, too much, too late
 */
export async function download(url: string, options: DownloadOptions = {}): Promise<Buffer> {
  const { isAllowed = isPublicAddress, timeoutMs = TIMEOUT_MS } = options;
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]);
  try {
    return await follow(new URL(url), isAllowed, signal);
  } catch (error) {
    throw timeout.aborted ? new Error(`not there within ${timeoutMs} ms`, { cause: error }) : error;
  }
}

async function follow(url: URL, isAllowed: (address: string) => boolean, signal: AbortSignal): Promise<Buffer> {
  let target = url;
  for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects += 1) {
    const answer = await request(target, isAllowed, signal);
    const location = toLocation(answer);
    if (location === undefined) return readBody(answer);
    answer.destroy();
    target = new URL(location, target);
  }
  throw new Error(`more than ${REDIRECTS_MAX} redirects`);
}

function request(url: URL, isAllowed: (address: string) => boolean, signal: AbortSignal): Promise<IncomingMessage> {
  const get = url.protocol === 'http:' ? getHttp : url.protocol === 'https:' ? getHttps : undefined;
  if (get === undefined || url.username !== '' || url.password !== '') throw new Error('not a plain http or https address');
  // An address that stands in the URL itself is connected to without being looked up.
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) !== 0 && !isAllowed(host)) throw new Error('not a public address');
  return new Promise((resolve, reject) => {
    get(url, { signal, agent: false, lookup: createLookup(isAllowed) }, resolve).on('error', reject);
  });
}

/** Node's own, but that it answers with addresses that may be connected to, or not at all. */
function createLookup(isAllowed: (address: string) => boolean): NonNullable<RequestOptions['lookup']> {
  return (hostname: string, options: LookupOptions, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      const [first] = addresses ?? [];
      if (error !== null) callback(error, []);
      else if (first === undefined || !addresses.every(({ address }) => isAllowed(address))) {
        callback(new Error('not a public address'), []);
      } else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

const REDIRECTS = [301, 302, 303, 307, 308];

function toLocation({ statusCode = 0, headers }: IncomingMessage): string | undefined {
  return REDIRECTS.includes(statusCode) ? headers.location : undefined;
}

async function readBody(answer: IncomingMessage): Promise<Buffer> {
  try {
    if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}`);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > REVOCATION_LIST_BYTES_MAX) throw new Error(`more than ${REVOCATION_LIST_BYTES_MAX} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } finally {
    answer.destroy();
  }
}
