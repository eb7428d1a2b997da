import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { findFreePort } from '../../dev/stack/free-port.js';

/**
 * - `pass` – as if the proxy were not there
 * - `refuse` – nobody listens; open connections go on
 * - `hang` – connections are taken and bytes too, but nothing moves until the mode changes
 * - `cut-before` – the next bytes of the caller are dropped and its connection is closed: the call had no effect
 * - `cut-after` – the caller's bytes go through, the answer is swallowed, then the connection is closed: the call had its effect
 */
export type ProxyMode = 'pass' | 'refuse' | 'hang' | 'cut-before' | 'cut-after';

export interface TcpProxyOptions {
  readonly host?: string;
  /** Of the server behind. */
  readonly port: number;
  /**
   * How long after the first swallowed byte `cut-after` closes the connection. Not at once: HTTP/2 acknowledges a call
   * before it has run, and a server may cancel what its caller no longer waits for.
   */
  readonly cutAfterMs?: number;
}

export interface TcpProxy {
  readonly port: number;
  /** `127.0.0.1:port` */
  readonly address: string;
  setMode(mode: ProxyMode): Promise<void>;
  /** Closes what is open now, in whatever mode. */
  cutConnections(): void;
  /** Connections that were cut so far, by mode or by hand. */
  cuts(): number;
  close(): Promise<void>;
}

/** Stands before Temporal or PostgreSQL and breaks the line on demand; the mode may change at any moment. */
export async function openTcpProxy({ host = '127.0.0.1', port: targetPort, cutAfterMs = 500 }: TcpProxyOptions): Promise<TcpProxy> {
  let mode: ProxyMode = 'pass';
  let cuts = 0;
  const links = new Set<Link>();
  const port = await findFreePort();
  const server = createServer((client) => {
    const link = openLink(client, connect(targetPort, host), { mode: () => mode, cutAfterMs, onCut: () => (cuts += 1) });
    links.add(link);
    client.once('close', () => links.delete(link));
  });
  await listen(server, port);
  const cutConnections = () => links.forEach((link) => link.cut());
  return {
    port,
    address: `127.0.0.1:${port}`,
    async setMode(next) {
      mode = next;
      for (const link of links) link.follow();
      if (next === 'refuse') server.close();
      else if (!server.listening) await listen(server, port);
    },
    cutConnections,
    cuts: () => cuts,
    async close() {
      cutConnections();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}

interface Link {
  cut(): void;
  /** Told that the mode has changed. */
  follow(): void;
}

interface LinkOptions {
  readonly mode: () => ProxyMode;
  readonly cutAfterMs: number;
  readonly onCut: () => void;
}

/** One caller's connection and ours to the server behind it. */
function openLink(client: Socket, upstream: Socket, { mode, cutAfterMs, onCut }: LinkOptions): Link {
  let swallowing: NodeJS.Timeout | undefined;
  const close = () => {
    clearTimeout(swallowing);
    client.destroy();
    upstream.destroy();
  };
  const cut = () => {
    if (!client.destroyed) onCut();
    close();
  };
  const follow = () => {
    // An answer with a hole in it is worse than none.
    if (swallowing !== undefined && mode() !== 'cut-after') return cut();
    for (const socket of [client, upstream]) {
      if (mode() === 'hang') socket.pause();
      else socket.resume();
    }
  };
  client.on('data', (chunk) => {
    if (mode() === 'cut-before') cut();
    else upstream.write(chunk);
  });
  upstream.on('data', (chunk) => {
    if (mode() === 'cut-after') swallowing ??= setTimeout(cut, cutAfterMs);
    else client.write(chunk);
  });
  client
    .on('end', () => upstream.end())
    .on('error', close)
    .on('close', close);
  upstream.on('end', () => client.end()).on('error', close);
  follow();
  return { cut, follow };
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}
