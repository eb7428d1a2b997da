import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createListHost, LOOPBACK_ONLY, redirectTo, type ListHost } from '../../support/list-host.js';
import { download } from '../../../src/revocation/download.js';
import { isPublicAddress } from '../../../src/revocation/public-address.js';
import { REVOCATION_LIST_BYTES_MAX } from '../../../src/store/index.js';

let host: ListHost;
beforeEach(async () => {
  host = await createListHost();
});
afterEach(() => host.close());

const LIST = Buffer.from('a list');

test('a list is fetched, over as many as three redirects', async () => {
  host.answer('/list', LIST);
  for (const [from, to] of [
    ['/1', '/list'],
    ['/2', host.url('/1')],
    ['/3', '/2'],
    ['/4', '/3'],
  ] as const) {
    host.answer(from, redirectTo(to));
  }
  expect(await download(host.url('/list'), LOOPBACK_ONLY)).toEqual(LIST);
  expect(await download(host.url('/3'), LOOPBACK_ONLY)).toEqual(LIST);
  await expect(download(host.url('/4'), LOOPBACK_ONLY)).rejects.toThrow('more than 3 redirects');
});

test('a redirect leads nowhere that the first address could not have led', async () => {
  const { port } = new URL(host.url('/'));
  const elsewhere = [
    `http://127.0.0.2:${port}/list`,
    'http://10.0.0.1/list',
    'http://[::1]/list',
    'http://169.254.169.254/',
    'file:///etc/hosts',
  ];
  host.answer('/list', LIST);
  for (const location of [...elsewhere, 'ftp://127.0.0.1/list', `http://user:secret@127.0.0.1:${port}/list`, 'http://[']) {
    host.answer('/moved', redirectTo(location));
    await expect(download(host.url('/moved'), LOOPBACK_ONLY), location).rejects.toThrow();
  }
  expect(new Set(host.asked)).toEqual(new Set(['/moved']));
});

test.each(['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1', '127.1', '0.0.0.0'])(
  'by itself nothing is fetched from %s',
  async (name) => {
    host.answer('/list', LIST);
    const { port } = new URL(host.url('/'));
    await expect(download(`http://${name}:${port}/list`)).rejects.toThrow('not a public address');
    expect(host.asked).toEqual([]);
  },
);

test('a name is gone by only where each of its addresses may be', async () => {
  host.answer('/list', LIST);
  const { port } = new URL(host.url('/'));
  const asked: string[] = [];
  const isAllowed = (address: string) => asked.push(address) > 0 && address === '127.0.0.1';
  const answers = await download(`http://localhost:${port}/list`, { isAllowed }).catch((error: unknown) => error);
  if (asked.every((address) => address === '127.0.0.1')) expect(answers).toEqual(LIST);
  else expect(answers).toMatchObject({ message: 'not a public address' });
});

test('a host that sends without end is hung up on at the limit', async () => {
  const chunk = Buffer.alloc(64 * 1024);
  let sent = 0;
  let hungUp: Promise<unknown> | undefined;
  host.answer('/endless', (_, response) => {
    hungUp = once(response, 'close');
    const send = () => {
      sent += chunk.length;
      response.write(chunk, (error) => !error && send());
    };
    send();
  });
  await expect(download(host.url('/endless'), LOOPBACK_ONLY)).rejects.toThrow(`more than ${REVOCATION_LIST_BYTES_MAX} bytes`);
  await hungUp;
  expect(sent).toBeLessThan(64 * REVOCATION_LIST_BYTES_MAX);
  host.answer('/full', Buffer.alloc(REVOCATION_LIST_BYTES_MAX));
  expect(await download(host.url('/full'), LOOPBACK_ONLY)).toHaveLength(REVOCATION_LIST_BYTES_MAX);
});

test('a host that is silent, or slow, is given up on in time, redirects included', async () => {
  const timeoutMs = 150;
  host.answer('/silent', () => undefined);
  host.answer('/slow', (_, response) => {
    const drip = setInterval(() => response.write('.'), 20);
    response.on('close', () => clearInterval(drip));
  });
  host.answer('/moved', redirectTo('/silent'));
  for (const path of ['/silent', '/slow', '/moved']) {
    await expect(download(host.url(path), { ...LOOPBACK_ONLY, timeoutMs })).rejects.toThrow('not there within 150 ms');
  }
});

test('what is no list is refused, and a host that is down', async () => {
  await expect(download(host.url('/missing'), LOOPBACK_ONLY)).rejects.toThrow('status 404');
  host.answer('/without', (_, response) => response.writeHead(302).end());
  await expect(download(host.url('/without'), LOOPBACK_ONLY)).rejects.toThrow('status 302');
  await host.close();
  await expect(download(host.url('/list'), LOOPBACK_ONLY)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

describe('public is', () => {
  test.each(['8.8.8.8', '1.1.1.1', '100.63.255.255', '100.128.0.0', '172.15.0.1', '172.32.0.1', '223.255.255.255', '2606:4700::1111'])(
    '%s',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );
  test.each(
    '0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.255.255.255 169.254.169.254 172.16.0.1 172.31.255.255 192.0.2.1 192.168.1.1 198.18.0.1 224.0.0.1 240.0.0.1 255.255.255.255 :: ::1 ::ffff:8.8.8.8 ::ffff:127.0.0.1 64:ff9b::7f00:1 2002:7f00:1:: 2001:db8::1 2001::1 fc00::1 fd00::1 fe80::1 ff02::1'.split(
      ' ',
    ),
  )('not %s', (address) => expect(isPublicAddress(address)).toBe(false));
});
