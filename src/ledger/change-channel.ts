import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { PurchaseOrderId } from '../domain/ids.js';

export interface ChangeChannelOptions {
  readonly url: string;
  readonly onChanged: (purchaseOrderId: PurchaseOrderId) => void;
  /** After each (re)connection: what was told meanwhile is lost, so everything awaited is read again. */
  readonly onConnected: () => void;
  readonly onError: (error: unknown) => void;
}

const CHANNEL = 'dropless_purchases';
const RECONNECT_DELAY_MS = 1_000;
/** A line that has gone silent is given up, so that neither a message nor a shutdown waits for it. */
const TIMEOUTS = { connectionTimeoutMillis: 2_000, query_timeout: 3_000 };
const END_TIMEOUT_MS = 1_000;

/** LISTEN and NOTIFY between processes, on one dedicated connection that is replaced when it breaks. Carries order ids only. */
export class ChangeChannel {
  private client: pg.Client | undefined;
  private reconnecting: NodeJS.Timeout | undefined;
  private closed = false;
  private sending = false;
  private readonly unsent = new Set<PurchaseOrderId>();
  private connecting: Promise<void>;
  private readonly options: ChangeChannelOptions;

  constructor(options: ChangeChannelOptions) {
    this.options = options;
    this.connecting = this.connect();
  }

  notify(purchaseOrderId: PurchaseOrderId): void {
    this.unsent.add(purchaseOrderId);
    if (!this.sending) void this.sendAll();
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.reconnecting);
    await this.connecting;
    const ended = this.client?.end().catch(this.options.onError);
    await Promise.race([ended, delay(END_TIMEOUT_MS, undefined, { ref: false })]);
  }

  private async connect(): Promise<void> {
    const { url, onChanged, onConnected, onError } = this.options;
    const next = new pg.Client({ connectionString: url, application_name: 'dropless-watch', keepAlive: true, ...TIMEOUTS });
    next.on('notification', ({ payload }) => payload !== undefined && onChanged(payload as PurchaseOrderId));
    next.on('error', onError);
    next.on('end', () => this.client === next && this.reconnectLater());
    try {
      await next.connect();
      await next.query(`listen ${CHANNEL}`);
      this.client = next;
      onConnected();
    } catch (error) {
      onError(error);
      await next.end().catch(() => undefined);
      this.reconnectLater();
    }
  }

  private reconnectLater(): void {
    this.client = undefined;
    if (this.closed) return;
    this.reconnecting = setTimeout(() => {
      this.connecting = this.connect();
    }, RECONNECT_DELAY_MS).unref();
  }

  /** One statement at a time on the connection; what comes meanwhile goes together in the next. */
  private async sendAll(): Promise<void> {
    this.sending = true;
    while (this.client !== undefined && this.unsent.size > 0) {
      const ids = [...this.unsent];
      this.unsent.clear();
      await this.client.query('select pg_notify($1, id) from unnest($2::text[]) as id', [CHANNEL, ids]).catch(this.options.onError);
    }
    this.unsent.clear(); // Without a connection nobody can be told: the other processes poll.
    this.sending = false;
  }
}
