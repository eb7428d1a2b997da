import type { Database } from '../../src/ledger/database.js';

/**
 * What breaks the ledger's promises, wherever in the database it stands: one query for each clause, listing who breaks
 * it. Empty is what every test wants to see.
 */
export async function listBrokenPromises(db: Database): Promise<string[]> {
  const each = Object.entries(BROKEN).map(
    ([promise, sql]) => `select '${promise}: ' || coalesce(who, '?') as broken from (${sql}) as found (who)`,
  );
  const { rows } = await db.query<{ broken: string }>(each.join('\nunion all\n'));
  return rows.map((row) => row.broken);
}

/** How often an order's timeline, its outgoing events and its transfers tell of one thing. */
const told = (table: string, kind: string) =>
  `(select count(*) from ${table} t where t.purchase_order_id = p.purchase_order_id and t.kind = '${kind}')`;
const moved = (kind: string) => `(select count(*) from transfers t where t.reference = '${kind}:' || p.purchase_order_id)`;

const BROKEN = {
  'L1 a grant without all of its writes, or writes without a grant': `
    select p.purchase_order_id from purchases p left join grants g using (purchase_order_id)
    where array[${told('purchase_events', 'granted')}, ${told('outgoing_events', 'purchase.granted')},
        (p.grant_kind is not distinct from 'goods')::int::bigint, (p.granted_at is not null)::int::bigint]
      <> array_fill((g.purchase_order_id is not null)::int::bigint, array[4])
      or ${moved('grant')} <> (coalesce(jsonb_array_length(g.goods -> 'currencies'), 0) > 0)::int
      or p.state in ('granted', 'finished') and g.purchase_order_id is null`,
  'L1 entries or entitlements that are not the goods granted': `
    select g.purchase_order_id from grants g
    where (select coalesce(jsonb_agg(jsonb_build_object('currency', e.currency, 'amount', e.amount::text) order by e.currency), '[]')
        from transfers t join entries e using (transfer_id)
        where t.reference = 'grant:' || g.purchase_order_id and e.account_key = g.account_key)
      <> (select coalesce(jsonb_agg(line order by line ->> 'currency'), '[]') from jsonb_array_elements(g.goods -> 'currencies') line)
      or (select count(*) from granted_entitlements t where t.purchase_order_id = g.purchase_order_id)
        <> jsonb_array_length(g.goods -> 'entitlements')`,
  'L3 a revoked purchase that is not closed, or whose goods stand': `
    select p.purchase_order_id from purchases p left join grants g using (purchase_order_id)
    where p.revoked_at is not null and (p.state not in ('refused', 'revoked') or g.purchase_order_id is not null and g.revoked_at is null)
      or p.revoked_at is null and (p.state = 'revoked' or g.revoked_at is not null)
      or p.state = 'refused' and g.purchase_order_id is not null
      or exists (select from granted_entitlements e where e.purchase_order_id = p.purchase_order_id
        and (e.revoked_at is null) <> (p.revoked_at is null))`,
  'L3 a compensation that is not once, or more than was granted': `
    select p.purchase_order_id from purchases p left join grants g using (purchase_order_id)
    where ${moved('revocation')} > (g.revoked_at is not null)::int
      or ${told('purchase_events', 'refused')} > (p.state = 'refused')::int
      or ${told('purchase_events', 'revoked')} <> (p.state = 'revoked')::int
      or exists (
        select from transfers t join entries e using (transfer_id)
          left join jsonb_to_recordset(g.goods -> 'currencies') as line (currency text, amount text) on line.currency = e.currency
        where t.reference = 'revocation:' || p.purchase_order_id and e.account_key is not null
          and (e.amount >= 0 or -e.amount > coalesce(line.amount::bigint, 0) or e.account_key <> g.account_key))`,
  'L4 an order received twice': `
    select purchase_order_id from purchase_events where kind = 'received' group by purchase_order_id having count(*) > 1`,
  'L5 goods that went to another account than the owner': `
    select p.purchase_order_id from purchases p join grants g using (purchase_order_id) where g.account_key is distinct from p.account_key`,
  'L6 a balance that is not the sum of its entries': `
    select account_key::text from (
      select environment, realm, account_key, currency, sum(amount) as amount from entries where account_key is not null
      group by environment, realm, account_key, currency) e
    full join balances b using (environment, realm, account_key, currency)
    where coalesce(e.amount, 0) <> coalesce(b.balance, 0)`,
  'L6 a transfer that does not sum to zero, or moves nothing': `
    select t.reference from transfers t left join entries e using (transfer_id)
    group by t.reference, e.currency having coalesce(sum(e.amount), 1) <> 0`,
  'L6 a balance below the debt allowed': 'select account_key::text from balances where balance < -debt_allowed',
  'L6 a spend without its transfer, or a transfer without its spend': `
    select s.account_key || ':' || s.idempotency_key from spends s
    full join (select * from transfers where kind = 'spend') t on t.reference = 'spend:' || s.account_key || ':' || s.idempotency_key
    where s.account_key is null or t.transfer_id is null`,
  'L7 goods of one environment or realm in another': `
    select p.purchase_order_id from purchases p
    left join accounts a on a.account_key = p.account_key
    left join grants g using (purchase_order_id)
    left join transfers t on t.reference in ('grant:' || p.purchase_order_id, 'revocation:' || p.purchase_order_id)
    left join entries e on e.transfer_id = t.transfer_id
    where exists (
      select from (values (a.environment, a.realm), (g.environment, g.realm), (t.environment, t.realm), (e.environment, e.realm)) each
        (environment, realm)
      where (each.environment, each.realm) <> (p.environment, p.realm))`,
};
