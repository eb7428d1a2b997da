import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pollUntil } from '../../../dev/stack/poll-until.js';
import { openTcpProxy, type TcpProxy } from '../../support/tcp-proxy.js';

const DEADLINE = { deadlineMs: 5_000 };

/** Answers each call, and remembers it: what a server has heard is the effect of a call. */
let heard: string;
let server: Server;
let proxy: TcpProxy;
const sockets = new Set<Socket>();

beforeEach(async () => {
  heard = '';
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      heard += chunk.toString();
      socket.write(`re: ${chunk.toString()}`);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await openTcpProxy({ port: (server.address() as AddressInfo).port, cutAfterMs: 50 });
});

afterEach(async () => {
  await proxy.close();
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  server.close();
});

interface Caller {
  readonly socket: Socket;
  readonly answers: () => string;
  readonly closed: () => boolean;
}

async function call(): Promise<Caller> {
  const socket = connect(proxy.port, '127.0.0.1');
  sockets.add(socket);
  let answers = '';
  socket.on('data', (chunk) => (answers += chunk.toString()));
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  return { socket, answers: () => answers, closed: () => socket.closed };
}

async function talk(caller: Caller, word: string): Promise<void> {
  caller.socket.write(word);
  await pollUntil(() => caller.answers().endsWith(`re: ${word}`), DEADLINE);
}

test('passing, a call and its answer go through', async () => {
  await talk(await call(), 'hello');
  expect(heard).toBe('hello');
});

test('refusing, a new caller is refused while an open connection goes on, and afterwards it is let in', async () => {
  const open = await call();
  await proxy.setMode('refuse');
  await expect(call()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await talk(open, 'still here');
  await proxy.setMode('pass');
  await talk(await call(), 'back');
});

test('hanging, nothing moves on old or new connections, and everything moves afterwards', async () => {
  const old = await call();
  await talk(old, 'before');
  await proxy.setMode('hang');
  const young = await call();
  old.socket.write('old');
  young.socket.write('young');
  await expect(pollUntil(() => heard !== 'before', { deadlineMs: 200 })).rejects.toThrow('Not within');
  await proxy.setMode('pass');
  await pollUntil(() => old.answers().includes('re: old') && young.answers() === 're: young', DEADLINE);
});

test('cutting before, the call is never heard and its connection is closed', async () => {
  const caller = await call();
  await proxy.setMode('cut-before');
  caller.socket.write('lost');
  await pollUntil(caller.closed, DEADLINE);
  expect(heard).toBe('');
  expect(proxy.cuts()).toBe(1);
});

test('cutting after, the call is heard, its answer is swallowed and its connection is closed', async () => {
  const caller = await call();
  await talk(caller, 'one');
  await proxy.setMode('cut-after');
  caller.socket.write('two');
  await pollUntil(caller.closed, DEADLINE);
  expect(heard).toBe('onetwo');
  expect(caller.answers()).toBe('re: one');
  expect(proxy.cuts()).toBe(1);
});

test('a connection whose answer was swallowed never carries another one', async () => {
  const caller = await call();
  await proxy.setMode('cut-after');
  caller.socket.write('one');
  await pollUntil(() => heard === 'one', DEADLINE);
  await proxy.setMode('pass');
  caller.socket.write('two');
  await pollUntil(() => caller.closed() || caller.answers() === 're: onere: two', DEADLINE);
  expect(caller.answers()).not.toBe('re: two');
});

test('cut by hand, open connections close and new ones pass', async () => {
  const caller = await call();
  await talk(caller, 'one');
  proxy.cutConnections();
  await pollUntil(caller.closed, DEADLINE);
  await talk(await call(), 'two');
});

test('closed, it lets go of every connection and of its port', async () => {
  const caller = await call();
  await proxy.close();
  await pollUntil(caller.closed, DEADLINE);
  await expect(call()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a server that is not there closes the callers', async () => {
  const nowhere = await openTcpProxy({ port: 1 });
  const socket = connect(nowhere.port, '127.0.0.1');
  await once(socket, 'close');
  await nowhere.close();
});
