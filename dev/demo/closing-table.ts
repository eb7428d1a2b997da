import type { Database } from '../../src/ledger/database.js';

export interface ClosingTable {
  readonly paid: number;
  readonly granted: number;
  readonly grantedTwice: number;
  readonly lost: number;
  readonly slowestGrantMs: number;
}

/** What the stories come to, counted in the ledger: not in what anybody answered. */
export async function countClosingTable(db: Database, paidOrders: readonly string[]): Promise<ClosingTable> {
  const { rows } = await db.query<{ granted: string; twice: string; slowest_ms: string | null }>(
    `with story as (
       select p.purchase_order_id, p.granted_at - p.received_at as took,
         (select count(*) from purchase_events e where e.purchase_order_id = p.purchase_order_id and e.kind = 'granted') as grants,
         (select count(*) from transfers t where t.reference = 'grant:' || p.purchase_order_id) as transfers
       from purchases p where p.purchase_order_id = any($1::text[]) and p.granted_at is not null
     )
     select count(*) as granted, count(*) filter (where grants > 1 or transfers > 1) as twice,
       extract(epoch from max(took)) * 1000 as slowest_ms from story`,
    [paidOrders],
  );
  const counted = rows[0];
  const granted = Number(counted?.granted ?? 0);
  return {
    paid: paidOrders.length,
    granted,
    grantedTwice: Number(counted?.twice ?? 0),
    lost: paidOrders.length - granted,
    slowestGrantMs: Math.round(Number(counted?.slowest_ms ?? 0)),
  };
}

export function holds({ paid, lost, grantedTwice }: ClosingTable): boolean {
  return paid > 0 && lost === 0 && grantedTwice === 0;
}

export function renderClosingTable(table: ClosingTable): string {
  const rows: [string, string | number][] = [
    ['paid 已付款', table.paid],
    ['granted 已发货', table.granted],
    ['granted twice 重复发货', table.grantedTwice],
    ['lost 掉单', table.lost],
    ['slowest grant 最慢发货', `${(table.slowestGrantMs / 1_000).toFixed(2)} s`],
  ];
  return rows.map(([name, value]) => `  ${name.padEnd(24)} ${value}`).join('\n');
}
