import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { VARIABLES } from '../../../src/config/variables.js';

const read = (name: string): string => readFileSync(fileURLToPath(new URL(`../../../${name}`, import.meta.url)), 'utf8');

const SERVICE = z.object({
  image: z.string(),
  restart: z.string(),
  ports: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  command: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  healthcheck: z.object({ test: z.array(z.string()), interval: z.string(), retries: z.number() }).optional(),
});
const text = read('docker-compose.yml');
const { services, volumes } = z
  .object({ services: z.record(z.string(), SERVICE), volumes: z.record(z.string(), z.unknown()) })
  .parse(parse(text, { merge: true }));

const ONE_SHOT = ['temporal-schema', 'temporal-namespace', 'migrate', 'setup'];
const get = (name: string) => SERVICE.parse(services[name]);

describe('the compose file', () => {
  test('has every part and nothing that sets itself up', () => {
    expect(Object.keys(services)).toEqual(expect.arrayContaining(['postgres', 'temporal', 'temporal-ui', 'server', 'worker', ...ONE_SHOT]));
    expect(text).not.toContain('auto-setup');
    expect(get('temporal').environment['NUM_HISTORY_SHARDS']).toBe('512');
  });

  test.each(Object.keys(services))('pins the image of %s', (name) => {
    const { image } = get(name);
    if (image.startsWith('dropless:')) return; // Built from this checkout.
    expect(image).toMatch(/^[\w./-]+:\d+\.\d+(\.\d+)?$/);
  });

  test('takes Temporal and its tools of one version', () => {
    const tags = ['temporal', 'temporal-schema', 'temporal-namespace'].map((name) => get(name).image.split(':')[1]);
    expect(new Set(tags)).toEqual(new Set(['1.32.0']));
  });

  test('does not start without its passwords and keys', () => {
    const required = /\$\{(\w+):\?[^}]+\}/g;
    const names = new Set([...text.matchAll(required)].map(([, name]) => name));
    expect(names).toEqual(
      new Set([
        'CATALOGUE_FILE',
        'DROPLESS_DURABILITY',
        'DROPLESS_EVIDENCE_KEYS',
        'DROPLESS_INTENT_KEY',
        'LEDGER_PASSWORD',
        'POSTGRES_PASSWORD',
        'TEMPORAL_DB_PASSWORD',
      ]),
    );
    for (const name of names) expect(read('.env.example')).toMatch(new RegExp(`^${name}=$`, 'm'));
  });

  test('holds no password of its own', () => {
    for (const { environment } of Object.values(services)) {
      for (const [name, value] of Object.entries(environment)) {
        if (/PASSWORD|PWD|KEY|DATABASE_URL/.test(name)) expect(value, name).toContain(':?');
      }
    }
  });

  test.each(['temporal', 'temporal-ui'])('reaches %s from this machine alone', (name) => {
    const { ports } = get(name);
    expect(ports).toHaveLength(1);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  test('reaches the API and the metrics from this machine alone unless told otherwise, and the database not at all', () => {
    expect(get('postgres').ports).toEqual([]);
    for (const port of get('server').ports) expect(port).toMatch(/^(127\.0\.0\.1|\$\{API_ADDRESS:-127\.0\.0\.1:8080\}):/);
  });

  test.each(['postgres', 'temporal', 'server', 'worker'])('watches the health of %s and starts it again', (name) => {
    expect(get(name).healthcheck?.test[0]).toBe('CMD');
    expect(get(name).restart).toBe('unless-stopped');
  });

  test.each(ONE_SHOT)('runs %s once, again only after a failure', (name) => {
    expect(get(name).restart).toMatch(/^on-failure:\d+$/);
    const waiting = Object.values(services).filter(({ depends_on: needs }) => name in needs);
    for (const { depends_on: needs } of waiting) expect(needs[name]?.condition).toBe('service_completed_successfully');
    expect(waiting.length).toBeGreaterThan(0);
  });

  test('lets the API start without Temporal', () => {
    expect(Object.keys(get('server').depends_on)).toEqual(['migrate']);
  });

  test('keeps the data in a named volume', () => {
    expect(get('postgres').volumes).toContain('postgres-data:/var/lib/postgresql/data');
    expect(volumes).toHaveProperty('postgres-data');
  });

  test('takes the issuers of player tokens from a file that .env names, and none where it names none', () => {
    const { environment, volumes: mounted } = get('server');
    expect(environment['DROPLESS_TOKEN_ISSUERS_FILE']).toBe('${TOKEN_ISSUERS_FILE:+/etc/dropless/token-issuers.json}');
    expect(mounted).toContain('${TOKEN_ISSUERS_FILE:-/dev/null}:/etc/dropless/token-issuers.json:ro');
    expect(read('.env.example')).toMatch(/^TOKEN_ISSUERS_FILE=$/m);
  });

  test('sets only variables that dropless reads', () => {
    const names = ['migrate', 'setup', 'server', 'worker'].flatMap((name) => Object.keys(get(name).environment));
    for (const name of names.filter((each) => each.startsWith('DROPLESS_'))) expect(VARIABLES).toHaveProperty(name);
  });
});

describe('the Dockerfile', () => {
  const dockerfile = read('Dockerfile');

  test('pins its base, and the base is of the Node that package.json asks for', () => {
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base).filter((base) => base !== 'base');
    expect(bases).toEqual(['node:20.20.2-bookworm-slim']);
  });

  test('runs as nobody in particular', () => {
    expect(dockerfile.slice(dockerfile.lastIndexOf('FROM'))).toMatch(/^USER node$/m);
  });

  test('brings the workflow bundle and no sources of tests', () => {
    const final = dockerfile.slice(dockerfile.lastIndexOf('FROM'));
    expect(final).toContain('workflow-bundle');
    expect(final).not.toMatch(/COPY .*\b(dev|test)\b/);
  });
});
