import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadAdditionalRoots, loadConfig, loadDatabaseConfig } from '../../../src/config/load-config.js';
import type { Env } from '../../../src/config/read-env.js';
import { VARIABLE_NAMES, VARIABLES } from '../../../src/config/variables.js';
import { DroplessError } from '../../../src/domain/errors.js';

const KEY = Buffer.alloc(32, 7).toString('base64url');
const OTHER_KEY = Buffer.alloc(32, 8).toString('base64url');
const URL = 'postgres://dropless:hunter2@127.0.0.1:5432/dropless';
const REQUIRED: Env = { DROPLESS_DATABASE_URL: URL, DROPLESS_EVIDENCE_KEYS: `2026a:${KEY}`, DROPLESS_INTENT_KEY: KEY };

function refusal(load: () => unknown): DroplessError {
  try {
    load();
  } catch (error) {
    if (error instanceof DroplessError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

const refusalOf = (env: Env): DroplessError => refusal(() => loadConfig({ ...REQUIRED, ...env }));

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dropless-config-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function fileWith(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

describe('defaults', () => {
  test('the required variables are enough, and the rest is as documented', () => {
    const config = loadConfig(REQUIRED);
    expect(config.api).toMatchObject({ host: '127.0.0.1', port: 8080, bodyBytesMax: 262_144 });
    expect(config.fulfilment).toMatchObject({ acknowledgementWindowMs: 600_000, finishWindowDays: 180, grantWaitMs: 4_000 });
    expect(config.telemetry).toEqual({ logLevel: 'info', metricsHost: '127.0.0.1', metricsPort: 9464, traces: false });
    expect(config.engine).toMatchObject({ serverRunsWorker: true, startDeadlineMs: 1_000 });
    expect(config.additionalRoots).toEqual([]);
  });

  test('every default of the table is a value that the table accepts', () => {
    for (const name of VARIABLE_NAMES) {
      const { schema, default: value } = VARIABLES[name];
      if (value !== undefined) expect(schema.safeParse(value).success, name).toBe(true);
    }
  });

  test.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318/v1/traces' }, true],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318', OTEL_SDK_DISABLED: 'true' }, false],
  ])('traces are exported where OpenTelemetry names a place for them: %o', (env: Env, traces) => {
    expect(loadConfig({ ...REQUIRED, ...env }).telemetry.traces).toBe(traces);
  });

  test('an empty variable counts as unset', () => {
    expect(loadConfig({ ...REQUIRED, DROPLESS_PORT: '' }).api.port).toBe(8080);
    expect(refusalOf({ DROPLESS_INTENT_KEY: '' }).field).toBe('DROPLESS_INTENT_KEY is not set');
  });

  test('production expects a synchronous standby until somebody says otherwise', () => {
    expect(loadConfig(REQUIRED).database.durability).toBe('synchronous-standby');
    expect(loadConfig({ ...REQUIRED, DROPLESS_DEPLOYMENT: 'development' }).database.durability).toBe('single-node-acknowledged');
    const acknowledged = { ...REQUIRED, DROPLESS_DURABILITY: 'single-node-acknowledged' };
    expect(loadConfig(acknowledged).database.durability).toBe('single-node-acknowledged');
  });

  test('LISTEN goes past the pooler where one is named, and nowhere when NOTIFY is off', () => {
    const listen = 'postgres://dropless@127.0.0.1:6432/direct';
    expect(loadConfig(REQUIRED).database.listenUrl).toBe(URL);
    expect(loadConfig({ ...REQUIRED, DROPLESS_DATABASE_LISTEN_URL: listen }).database.listenUrl).toBe(listen);
    expect(loadConfig({ ...REQUIRED, DROPLESS_NOTIFY: 'off' }).database.listenUrl).toBeUndefined();
  });
});

describe('faults', () => {
  test.each(VARIABLE_NAMES.filter((name) => VARIABLES[name].required))('%s missing is named', (name) => {
    const error = refusalOf({ [name]: undefined });
    expect(error.code).toBe('CONFIGURATION_INVALID');
    expect(error.field).toBe(`${name} is not set`);
  });

  test.each([
    ['DROPLESS_PORT', '65536'],
    ['DROPLESS_PORT', '80a'],
    ['DROPLESS_PORT', '-1'],
    ['DROPLESS_PORT', '8080.5'],
    ['DROPLESS_PORT', ' 8080'],
    ['DROPLESS_DATABASE_URL', 'mysql://somewhere/else'],
    ['DROPLESS_DATABASE_POOL_SIZE_MAX', '0'],
    ['DROPLESS_NOTIFY', 'yes'],
    ['DROPLESS_LOG_LEVEL', 'loud'],
    ['DROPLESS_DEPLOYMENT', 'prod'],
    ['DROPLESS_DURABILITY', 'maybe'],
    ['DROPLESS_FINISH_WINDOW_DAYS', '181'],
    ['DROPLESS_INTENT_KEY', Buffer.alloc(31).toString('base64url')],
    ['DROPLESS_INTENT_KEY', `${KEY.slice(0, -3)}*${KEY.slice(-2)}`],
    ['DROPLESS_EVIDENCE_KEYS', KEY],
    ['DROPLESS_EVIDENCE_KEYS', `a:${KEY},a:${OTHER_KEY}`],
    ['DROPLESS_EVIDENCE_KEYS', `a:${Buffer.alloc(16).toString('base64url')}`],
    ['DROPLESS_EVIDENCE_KEYS', `a:${KEY},`],
    ['DROPLESS_ADDITIONAL_ROOTS', 'root.pem'],
  ])('%s = %s is refused by name and not by value', (name, value) => {
    const error = refusalOf({ [name]: value });
    expect(error.code).toBe('CONFIGURATION_INVALID');
    expect(error.field).toMatch(new RegExp(`^${name} must be `));
    if (value.length > 10) expect(error.message).not.toContain(value);
  });

  test('all faults are named at once', () => {
    const { field } = refusalOf({ DROPLESS_PORT: 'x', DROPLESS_METRICS_PORT: 'y' });
    expect(field).toContain('DROPLESS_PORT must be');
    expect(field).toContain('DROPLESS_METRICS_PORT must be');
  });

  test('a mistyped name is reported', () => {
    expect(loadConfig({ ...REQUIRED, DROPLESS_PROT: '1', DROPLESS_PORT_FILE: '/x', HOME: '/' }).unknownVariables).toEqual([
      'DROPLESS_PROT',
      'DROPLESS_PORT_FILE',
    ]);
  });
});

describe('secrets', () => {
  test('the first key of the ring is the current one', () => {
    const { evidenceKeys } = loadConfig({ ...REQUIRED, DROPLESS_EVIDENCE_KEYS: `new:${OTHER_KEY}, old:${KEY}` }).secrets;
    expect([...evidenceKeys.keys()]).toEqual(['new', 'old']);
    expect(evidenceKeys.get('new')).toEqual(new Uint8Array(32).fill(8));
  });

  test('a secret may come from a file', async () => {
    const path = await fileWith('intent-key', `${OTHER_KEY}\n`);
    const config = loadConfig({ ...REQUIRED, DROPLESS_INTENT_KEY: undefined, DROPLESS_INTENT_KEY_FILE: path });
    expect(config.secrets.intentKey).toEqual(new Uint8Array(32).fill(8));
  });

  test('a secret given twice is refused, for one of the two would be ignored', () => {
    expect(refusalOf({ DROPLESS_INTENT_KEY_FILE: '/run/secrets/key' }).field).toBe(
      'DROPLESS_INTENT_KEY and DROPLESS_INTENT_KEY_FILE are both set',
    );
  });

  test('a secret file that cannot be read is named', () => {
    const error = refusalOf({ DROPLESS_INTENT_KEY: undefined, DROPLESS_INTENT_KEY_FILE: join(folder, 'none') });
    expect(error.field).toBe('DROPLESS_INTENT_KEY_FILE cannot be read');
  });
});

describe('additional roots', () => {
  const [pem = '', otherPem = ''] = rootCertificates;
  const fingerprint = (text: string): string => new X509Certificate(text).fingerprint256.replaceAll(':', '');

  test('a root is taken by fingerprint and file', async () => {
    const path = await fileWith('root.pem', pem);
    const [root] = loadAdditionalRoots({ DROPLESS_ADDITIONAL_ROOTS: `${fingerprint(pem)}:${path}` });
    expect(root).toEqual({ sha256: fingerprint(pem).toLowerCase(), pem: new X509Certificate(await readFile(path)).toString() });
  });

  test('a fingerprint is taken as openssl prints it, with colons', async () => {
    const path = await fileWith('colons.pem', pem);
    const { fingerprint256 } = new X509Certificate(pem);
    const [root] = loadAdditionalRoots({ DROPLESS_ADDITIONAL_ROOTS: `${fingerprint256}:${path}` });
    expect(root?.sha256).toBe(fingerprint(pem).toLowerCase());
  });

  test('a file that holds another certificate than the one named is refused', async () => {
    const path = await fileWith('other.pem', otherPem);
    const error = refusalOf({ DROPLESS_ADDITIONAL_ROOTS: `${fingerprint(pem)}:${path}` });
    expect(error.field).toContain('does not have the fingerprint it is named by');
  });

  test('a file that is no certificate is refused', async () => {
    const path = await fileWith('no.pem', 'nothing');
    expect(refusalOf({ DROPLESS_ADDITIONAL_ROOTS: `${fingerprint(pem)}:${path}` }).field).toContain('cannot be read as a certificate');
  });
});

test('migrating needs the database alone', () => {
  expect(loadDatabaseConfig({ DROPLESS_DATABASE_URL: URL })).toEqual({ url: URL, poolSizeMax: 20 });
});
