import { toName, type GameModel, type ModelOrder } from './game-model.js';
import type { Database } from '../../src/ledger/database.js';
import type { PurchaseOrderId } from '../../src/domain/ids.js';
import { TRANSITIONS, type PurchaseState } from '../../src/domain/purchase.js';

/** What must not change of an order once it is so. */
export interface Standing {
  readonly id: PurchaseOrderId;
  readonly state: PurchaseState;
  readonly owner: string | undefined;
  /** Application, environment, realm, and the grant as it was written; as one text. */
  readonly fixed: string;
  readonly granted: string | undefined;
}

export async function readStandings(db: Database): Promise<Standing[]> {
  const { rows } = await db.query<{
    id: PurchaseOrderId;
    state: PurchaseState;
    owner: string | null;
    fixed: string;
    granted: string | null;
  }>(
    `select p.purchase_order_id as id, p.state, p.application_id || ' ' || p.environment || ' ' || p.realm as fixed,
       a.environment || '/' || a.realm || '/' || a.account_id as owner,
       g.quantity || ' × ' || g.product_id || ' to ' || g.account_key || ' at ' || g.granted_at || ': ' || g.goods::text as granted
     from purchases p left join accounts a using (account_key) left join grants g using (purchase_order_id)`,
  );
  return rows.map((row) => ({ ...row, owner: row.owner ?? undefined, granted: row.granted ?? undefined }));
}

/** Every promise that one look at the database cannot see: what changed since the look before that may not change. */
export function listBroken(before: readonly Standing[], after: readonly Standing[], model: GameModel): string[] {
  const known = new Map(after.map((standing) => [standing.id, standing]));
  return [
    ...before.flatMap((was) => listChanged(was, known.get(was.id))),
    ...after
      .filter(
        (is) =>
          !mayOwn(
            model.orders.find((order) => order.id === is.id),
            is,
          ),
      )
      .map(({ id }) => `L5 ${id} has a wrong owner`),
  ];
}

function listChanged(was: Standing, is: Standing | undefined): string[] {
  if (is === undefined) return [`${was.id} is lost`];
  const faults: string[] = [];
  if (!canBecome(was.state, is.state)) faults.push(`L3 ${was.id} went from ${was.state} to ${is.state}`);
  if (was.fixed !== is.fixed) faults.push(`L4 ${was.id} changed from ${was.fixed} to ${is.fixed}`);
  if (was.owner !== undefined && was.owner !== is.owner) faults.push(`L5 ${was.id} moved from ${was.owner} to ${is.owner}`);
  if (was.granted !== undefined && was.granted !== is.granted) faults.push(`L2 ${was.id} was granted anew`);
  return faults;
}

/** By way of other states too: two looks may miss some. Without an operator nothing leaves `refused`. */
function canBecome(from: PurchaseState, to: PurchaseState): boolean {
  return from === to || (from !== 'refused' && TRANSITIONS[from].some((next) => canBecome(next, to)));
}

function mayOwn(order: ModelOrder | undefined, { owner }: Standing): boolean {
  if (order === undefined) return false;
  if (owner === undefined) return typeof order.named !== 'object';
  if (order.named === undefined) return order.presenters.has(owner);
  return order.named !== 'nobody' && toName(order.named) === owner;
}
