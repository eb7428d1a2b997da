import type { Client } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import type { Fulfilment } from '../fulfilment/create-fulfilment.js';
import type { Database } from '../ledger/database.js';
import type { DownloadOptions } from '../revocation/download.js';

/** What the commands work with, handed in by the root; each part reads its own piece of the configuration when it is used. */
export interface OperatorDeps {
  readonly writeOut: (text: string) => void;
  readonly writeError: (text: string) => void;
  /** Recorded with an act unless `--who` says otherwise. */
  readonly userName: () => string;
  readonly trustedRoots: () => readonly string[];
  readonly databaseUrl: () => string;
  readonly openDatabase: () => Database;
  readonly openFulfilment: () => Promise<OpenFulfilment>;
  readonly temporal: () => TemporalAccess;
  /** For tests: where revocation lists may be fetched from. */
  readonly listDownload?: DownloadOptions;
}

export interface OpenFulfilment {
  readonly fulfilment: Fulfilment;
  readonly db: Database;
  readonly engineUp: () => boolean;
  close(): Promise<void>;
}

export interface TemporalAccess {
  /** For messages: where Temporal was looked for. */
  readonly place: string;
  readonly namespace: string;
  readonly sweepIntervalMs: number;
  readonly open: () => Promise<{ readonly connection: NativeConnection; readonly client: Client }>;
}

/** The same, and how a command speaks to its terminal. */
export interface Shell extends OperatorDeps {
  readonly print: (lines: readonly string[]) => void;
  readonly printJson: (value: unknown) => void;
  /** The process's exit status when the command did its work, and that is not good news. */
  readonly exitWith: (status: number) => void;
}
