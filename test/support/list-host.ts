// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 does not load without it.
import 'reflect-metadata';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CRLDistributionPointsExtension } from '@peculiar/x509';
import { makeRevocationList, type ListOptions } from './revocation-lists.js';
import { createStorePki, type StorePki, type StorePkiOptions } from '../../dev/store/pki.js';
import { type Certificate, readCertificate } from '../../src/store/index.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A host of revocation lists on 127.0.0.1; what it was asked for stands in `asked`. */
export interface ListHost {
  readonly url: (path: string) => string;
  readonly asked: readonly string[];
  answer(path: string, answer: Answer | Buffer): void;
  close(): Promise<void>;
}

export async function createListHost(): Promise<ListHost> {
  const answers = new Map<string, Answer>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { url: path = '' } = request;
    asked.push(path);
    const answer = answers.get(path);
    if (answer === undefined) response.writeHead(404).end();
    else answer(request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: (path) => `http://127.0.0.1:${port}${path}`,
    asked,
    answer: (path, answer) => void answers.set(path, typeof answer === 'function' ? answer : (_, response) => response.end(answer)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const redirectTo =
  (location: string): Answer =>
  (_, response) =>
    response.writeHead(302, { location }).end();

/** What the guard against private addresses is in tests: this one alone. */
export const LOOPBACK_ONLY = { isAllowed: (address: string): boolean => address === '127.0.0.1' };

/** A store whose leaf and intermediate name lists on the host, and who can make them. */
export interface RevocableStore {
  readonly pki: StorePki;
  readonly path: readonly [leaf: Certificate, intermediate: Certificate, root: Certificate];
  /** Puts a list in its place: the leaf's issuer's or the intermediate's. */
  publish(of: 'leaf' | 'intermediate', options?: ListOptions): Promise<void>;
}

export const LIST_PATHS = { leaf: '/leaf.crl', intermediate: '/intermediate.crl' } as const;

export async function createRevocableStore(host: ListHost, options: StorePkiOptions = {}): Promise<RevocableStore> {
  const named = (of: 'leaf' | 'intermediate') => ({
    ...options[of],
    extensions: [new CRLDistributionPointsExtension([host.url(LIST_PATHS[of])])],
  });
  const pki = await createStorePki({ ...options, leaf: named('leaf'), intermediate: named('intermediate') });
  const { x5c, authorityKeys } = pki;
  if (authorityKeys === undefined) throw new TypeError('a chain of ours');
  const read = (entry: string) => readCertificate(Buffer.from(entry, 'base64'));
  const [leaf, intermediate, root] = [read(x5c[0]), read(x5c[1]), read(x5c[2])];
  const signers = { leaf: [intermediate, authorityKeys.intermediate], intermediate: [root, authorityKeys.root] } as const;
  return {
    pki,
    path: [leaf, intermediate, root],
    async publish(of, list) {
      const [issuer, key] = signers[of];
      host.answer(LIST_PATHS[of], await makeRevocationList(issuer, key, list));
    },
  };
}
