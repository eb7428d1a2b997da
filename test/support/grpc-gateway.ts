import { once } from 'node:events';
import {
  connect,
  createServer,
  type ClientHttp2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { status } from '@grpc/grpc-js';
import { findFreePort } from '../../dev/stack/free-port.js';

export interface GrpcGateway {
  /** `127.0.0.1:port` */
  readonly address: string;
  /** From now on calls of this method get this answer; the server behind does not hear of them. */
  refuse(method: string, code: status): void;
  pass(): void;
  /** Calls that were refused so far. */
  refusals(): number;
  close(): Promise<void>;
}

/** Stands before Temporal and answers one method in its place, in real gRPC; every other call goes through. */
export async function openGrpcGateway(upstreamAddress: string): Promise<GrpcGateway> {
  let refused: { readonly method: string; readonly code: status } | undefined;
  let refusals = 0;
  const sessions = new Set<ServerHttp2Session>();
  const upstream = connect(`http://${upstreamAddress}`);
  // A server that goes away ends each call of its own accord.
  upstream.on('error', () => undefined);
  const server = createServer();
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    if (refused === undefined || !headers[':path']?.endsWith(`/${refused.method}`)) return forward(stream, upstream, headers);
    refusals += 1;
    stream.resume();
    stream.respond(toRefusal(refused.code), { endStream: true });
  });
  const port = await findFreePort();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${port}`,
    refuse: (method, code) => void (refused = { method, code }),
    pass: () => void (refused = undefined),
    refusals: () => refusals,
    async close() {
      upstream.destroy();
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function toRefusal(code: status) {
  return { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': String(code), 'grpc-message': status[code] };
}

/** One call: headers, messages and trailers in both directions. */
function forward(stream: ServerHttp2Stream, upstream: ClientHttp2Session, headers: Parameters<ClientHttp2Session['request']>[0]): void {
  const call = upstream.request(headers);
  const end = () => {
    if (!stream.destroyed) stream.destroy();
  };
  call.on('error', end);
  stream.once('close', () => call.destroy());
  stream.pipe(call);
  call.once('response', (answer, flags) => {
    const endStream = (flags & 1) === 1;
    stream.respond(answer, endStream ? { endStream } : { waitForTrailers: true });
    let trailers: IncomingHttpHeaders = {};
    call.once('trailers', (received: IncomingHttpHeaders) => {
      trailers = received;
    });
    stream.once('wantTrailers', () => stream.sendTrailers(trailers));
    if (!endStream) call.pipe(stream);
  });
}
