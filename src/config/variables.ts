import { z } from 'zod';
import type { Process, Variable } from './variable.js';
import { integer, keyRing, namedRoots, onOff, port, postgresUrl, secretKey, text } from './schemas.js';

const plain = { default: undefined, required: false, secret: false } as const;
const everywhere: readonly Process[] = ['server', 'worker', 'cli'];
const running: readonly Process[] = ['server', 'worker'];
const server: readonly Process[] = ['server'];

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Every environment variable of ours. docs/configuration.md is written from this table, and a check holds the two together. */
export const VARIABLES = {
  DROPLESS_DEPLOYMENT: {
    ...plain,
    unit: '`production` or `development`',
    default: 'production',
    processes: everywhere,
    schema: z.enum(['production', 'development']),
    meaning: 'What this is run for. `development` takes a single database node without being asked for an acknowledgement.',
  },
  DROPLESS_DATABASE_URL: {
    ...plain,
    unit: 'a PostgreSQL URL',
    required: true,
    secret: true,
    processes: everywhere,
    schema: postgresUrl,
    meaning:
      "The ledger’s database; it may stand behind a pooler in transaction mode. PgBouncer needs `ignore_startup_parameters = statement_timeout`, and as it then drops our limit, `alter role … set statement_timeout = '5s'` for the role it connects as.",
  },
  DROPLESS_DATABASE_LISTEN_URL: {
    ...plain,
    unit: 'a PostgreSQL URL',
    secret: true,
    processes: everywhere,
    schema: postgresUrl,
    meaning: 'A direct connection for LISTEN, past any pooler. Unset: the same as `DROPLESS_DATABASE_URL`.',
  },
  DROPLESS_DATABASE_POOL_SIZE_MAX: {
    ...plain,
    unit: 'connections, 1 to 1000',
    default: '20',
    processes: everywhere,
    schema: integer(1, 1_000),
    meaning: 'The largest number of connections that one process opens to the ledger, those for LISTEN and `/readyz` not counted.',
  },
  DROPLESS_DURABILITY: {
    ...plain,
    unit: '`synchronous-standby` or `single-node-acknowledged`',
    processes: everywhere,
    schema: z.enum(['synchronous-standby', 'single-node-acknowledged']),
    meaning:
      'What the database promises of a confirmed commit, checked at start. `single-node-acknowledged` says that it is known and accepted that the loss of the one disk loses orders. Unset: `synchronous-standby` in production, `single-node-acknowledged` in development.',
  },
  DROPLESS_NOTIFY: {
    ...plain,
    unit: '`on` or `off`',
    default: 'on',
    processes: everywhere,
    schema: onOff,
    meaning: 'Whether processes tell each other of changes by NOTIFY. Off: a change made by another process is seen within 500 ms.',
  },
  DROPLESS_EVIDENCE_KEYS: {
    ...plain,
    unit: 'a comma-separated list of `kid:key`, each key 32 bytes in base64url',
    required: true,
    secret: true,
    processes: everywhere,
    schema: keyRing,
    meaning: 'The keys that evidence is encrypted with. The first seals, each opens: put a new key in front, and keep the old ones.',
  },
  DROPLESS_INTENT_KEY: {
    ...plain,
    unit: 'at least 32 bytes in base64url',
    required: true,
    secret: true,
    processes: everywhere,
    schema: secretKey(32),
    meaning: 'The HMAC key of the account tags in `developerPayload`. Keep it: intents made under another key are not recognised.',
  },
  DROPLESS_ADDITIONAL_ROOTS: {
    ...plain,
    unit: 'a comma-separated list of `SHA256:path.pem`, each file having the fingerprint before it (64 hexadecimal digits, colons between bytes allowed)',
    processes: everywhere,
    schema: namedRoots,
    meaning:
      'Roots trusted beside Huawei’s pinned one, for the day that it is succeeded. Each is named by fingerprint and file. There is no switch that turns verification off.',
  },
  DROPLESS_CRL_POLICY: {
    ...plain,
    unit: '`require-fresh`, `prefer` or `off`',
    default: 'prefer',
    processes: everywhere,
    schema: z.enum(['require-fresh', 'prefer', 'off']),
    meaning:
      'What the store’s revocation lists are worth. `prefer`: a certificate on a list is not gone by; a list that cannot be had is an alert and no more. `require-fresh`: besides, nothing is accepted before the lists of its certificates are there and fresh; `dropless crl fetch` primes them. `off`: no list is fetched or looked at.',
  },
  DROPLESS_CATALOGUE_FILE: {
    ...plain,
    unit: 'the path of a JSON file',
    processes: everywhere,
    schema: text,
    meaning:
      'The first catalogue of a ledger that has none yet, checked at every start. Later versions come by `dropless catalogue apply`.',
  },
  DROPLESS_HOST: {
    ...plain,
    unit: 'an address',
    default: '127.0.0.1',
    processes: server,
    schema: text,
    meaning: 'Where the API listens.',
  },
  DROPLESS_PORT: {
    ...plain,
    unit: 'a port, 0 to 65535',
    default: '8080',
    processes: server,
    schema: port,
    meaning: 'Where the API listens; 0 takes a free port.',
  },
  DROPLESS_METRICS_HOST: {
    ...plain,
    unit: 'an address',
    default: '127.0.0.1',
    processes: running,
    schema: text,
    meaning: 'Where `/metrics` listens.',
  },
  DROPLESS_METRICS_PORT: {
    ...plain,
    unit: 'a port, 0 to 65535',
    default: '9464',
    processes: running,
    schema: port,
    meaning: 'Where `/metrics` listens, apart from the API; 0 takes a free port.',
  },
  DROPLESS_LOG_LEVEL: {
    ...plain,
    unit: '`fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`',
    default: 'info',
    processes: running,
    schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    meaning: 'The least severe lines that are written.',
  },
  DROPLESS_TOKEN_ISSUERS_FILE: {
    ...plain,
    unit: 'the path of a JSON file',
    processes: server,
    schema: text,
    meaning: 'Whose player tokens the API takes, and for which realms, applications and environment. Unset: none; API keys alone.',
  },
  DROPLESS_BODY_BYTES_MAX: {
    ...plain,
    unit: 'bytes, 1024 to 16777216',
    default: '262144',
    processes: server,
    schema: integer(1_024, 16_777_216),
    meaning: 'The largest request body that is read.',
  },
  DROPLESS_RATE_LIMIT_PER_MINUTE: {
    ...plain,
    unit: 'requests a minute, 1 to 1000000',
    default: '6000',
    processes: server,
    schema: integer(1, 1_000_000),
    meaning: 'How much one caller may ask of one process before it is answered 429 with Retry-After.',
  },
  DROPLESS_BAD_CREDENTIALS_PER_MINUTE: {
    ...plain,
    unit: 'requests a minute, 1 to 1000000',
    default: '300',
    processes: server,
    schema: integer(1, 1_000_000),
    meaning:
      'How many bad credentials of one address one process answers 401; past it they are answered 429. Good ones of that address are let in all the same.',
  },
  DROPLESS_IN_FLIGHT_MAX: {
    ...plain,
    unit: 'requests, 1 to 100000',
    default: '1000',
    processes: server,
    schema: integer(1, 100_000),
    meaning: 'How many requests one process works on at a time; callers that merely wait for a grant are not counted.',
  },
  DROPLESS_WAITING_CALLERS_MAX: {
    ...plain,
    unit: 'callers, 0 to 1000000',
    default: '5000',
    processes: server,
    schema: integer(0, 1_000_000),
    meaning: 'How many callers may wait for their grant at a time. Past it the answer is 202 at once, never 503.',
  },
  DROPLESS_GRANT_WAIT_MS: {
    ...plain,
    unit: 'milliseconds, 0 to 60000',
    default: '4000',
    processes: server,
    schema: integer(0, MINUTE_MS),
    meaning: 'How long a submission waits for the ledger to say granted before it is answered 202.',
  },
  DROPLESS_START_DEADLINE_MS: {
    ...plain,
    unit: 'milliseconds, 50 to 60000',
    default: '1000',
    processes: everywhere,
    schema: integer(50, MINUTE_MS),
    meaning: 'How long Temporal has to accept a start or a signal before the caller is answered without it.',
  },
  DROPLESS_WORKER: {
    ...plain,
    unit: '`on` or `off`',
    default: 'on',
    processes: server,
    schema: onOff,
    meaning: 'Whether the server runs a worker of its own, which makes grants about twice as fast.',
  },
  DROPLESS_TASK_SLOTS_MAX: {
    ...plain,
    unit: 'tasks, 2 to 10000',
    default: '200',
    processes: running,
    schema: integer(2, 10_000),
    meaning: 'How many workflow tasks, and how many activities, one worker works on at a time. Keep it above the callers at a time.',
  },
  DROPLESS_STICKY_CACHE_MAX: {
    ...plain,
    unit: 'workflows, 0 to 1000000',
    default: '1000',
    processes: running,
    schema: integer(0, 1_000_000),
    meaning: 'How many waiting purchases a worker keeps in memory. The others are rebuilt from their history when they are woken.',
  },
  DROPLESS_SHUTDOWN_GRACE_MS: {
    ...plain,
    unit: 'milliseconds, 0 to 600000',
    default: '10000',
    processes: running,
    schema: integer(0, 10 * MINUTE_MS),
    meaning:
      'How long work in hand may take to end after SIGTERM. Longer than a database transaction, shorter than the container’s stop time.',
  },
  DROPLESS_ACKNOWLEDGEMENT_WINDOW_MS: {
    ...plain,
    unit: 'milliseconds, 1000 to 2592000000',
    default: '600000',
    processes: running,
    schema: integer(1_000, 30 * DAY_MS),
    meaning: 'How long the app has to say that it finished a granted purchase before its workflow counts the finish as overdue.',
  },
  DROPLESS_FINISH_WINDOW_DAYS: {
    ...plain,
    unit: 'days, 1 to 180',
    default: '180',
    processes: running,
    schema: integer(1, 180),
    meaning: 'How long a granted purchase waits for its acknowledgement in all; then its workflow ends with the ledger at `granted`.',
  },
  DROPLESS_STRANDED_AFTER_MS: {
    ...plain,
    unit: 'milliseconds, 1000 to 86400000',
    default: '60000',
    processes: running,
    schema: integer(1_000, DAY_MS),
    meaning: 'How long an open purchase may stand still before `restartStranded` looks whether its workflow runs.',
  },
  DROPLESS_RESTART_STRANDED_INTERVAL_MS: {
    ...plain,
    unit: 'milliseconds, 1000 to 86400000',
    default: '60000',
    processes: everywhere,
    schema: integer(1_000, DAY_MS),
    meaning: 'How often `restartStranded` runs.',
  },
  DROPLESS_CACHE_DIR: {
    ...plain,
    unit: 'the path of a folder',
    processes: ['demo'],
    schema: text,
    meaning: 'Where `npm start` and the tests keep the Temporal programs that they download. Unset: `dropless` in the user’s cache folder.',
  },
} as const satisfies Record<`DROPLESS_${string}`, Variable>;

export type VariableName = keyof typeof VARIABLES;
export const VARIABLE_NAMES = Object.keys(VARIABLES) as VariableName[];

type ValueOf<V extends Variable> = V extends { readonly required: true } | { readonly default: string }
  ? z.output<V['schema']>
  : z.output<V['schema']> | undefined;

/** Each variable's parsed value; undefined only where it has no default and is not required. */
export type Values = { readonly [Name in VariableName]: ValueOf<(typeof VARIABLES)[Name]> };
