import type pg from 'pg';
import type { Queryable } from './database.js';
import type { Account } from '../domain/ids.js';

export interface Entitlement {
  readonly entitlement: string;
  /** Undefined: for ever. */
  readonly endsAt: Date | undefined;
  readonly active: boolean;
}

interface EntitlementRow extends pg.QueryResultRow {
  entitlement: string;
  for_ever: boolean;
  ends_at: Date | null;
  active: boolean;
}

/**
 * What an account owns, computed from its unrevoked grants each time: a duration starts at the later of its grant and
 * the end of the one before, and any grant for ever keeps the entitlement (design §4).
 */
export async function listEntitlements(db: Queryable, account: Account): Promise<Entitlement[]> {
  const { rows } = await db.query<EntitlementRow>(LIST_ENTITLEMENTS, [account.environment, account.realm, account.accountId]);
  return rows.map((row) => ({
    entitlement: row.entitlement,
    endsAt: row.for_ever ? undefined : (row.ends_at ?? undefined),
    active: row.active,
  }));
}

// Months are added in UTC, so that the length of an entitlement does not depend on a server's time zone.
const LIST_ENTITLEMENTS = `
with recursive owned as (
  select g.entitlement, g.duration, g.granted_at at time zone 'UTC' as granted_at,
    row_number() over (partition by g.entitlement, g.duration is null order by g.granted_at, g.purchase_order_id) as place
  from granted_entitlements g join accounts a using (environment, realm, account_key)
  where a.environment = $1 and a.realm = $2 and a.account_id = $3 and g.revoked_at is null
), span as (
  select entitlement, place, granted_at + duration as ends_at from owned where duration is not null and place = 1
  union all
  select o.entitlement, o.place, greatest(o.granted_at, s.ends_at) + o.duration
  from span s join owned o on o.entitlement = s.entitlement and o.place = s.place + 1 and o.duration is not null
), summed as (
  select entitlement, bool_or(for_ever) as for_ever, max(ends_at) at time zone 'UTC' as ends_at
  from (
    select entitlement, true as for_ever, null::timestamp as ends_at from owned where duration is null
    union all
    select entitlement, false, ends_at from span
  ) each
  group by entitlement
)
select entitlement, for_ever, ends_at, for_ever or ends_at > now() as active from summed order by entitlement`;
