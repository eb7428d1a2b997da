import type { Queryable } from './database.js';
import { DroplessError } from '../domain/errors.js';

/** What the deployment says its database promises about a confirmed commit (L11). */
export type Durability = 'synchronous-standby' | 'single-node-acknowledged';

/**
 * `granted` is only answered after a commit that survives: refuses a database that confirms before it has written, and
 * one without a synchronous standby unless the configuration says that this is known.
 * @throws {DroplessError} `DURABILITY_NOT_PROMISED`
 */
export async function checkDurability(db: Queryable, durability: Durability | undefined): Promise<void> {
  const { rows } = await db.query<{ commit: string; standbys: string }>(
    `select current_setting('synchronous_commit') as commit, current_setting('synchronous_standby_names') as standbys`,
  );
  const settings = rows[0];
  if (settings === undefined || settings.commit === 'off' || settings.commit === 'local') {
    throw new DroplessError('DURABILITY_NOT_PROMISED', { field: 'synchronous_commit' });
  }
  if (settings.standbys === '' && durability !== 'single-node-acknowledged') {
    throw new DroplessError('DURABILITY_NOT_PROMISED', { field: 'synchronous_standby_names' });
  }
}
