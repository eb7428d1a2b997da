-- Up Migration

-- Which schema this is, and since which version older programs cannot work with it any more.
create table schema_versions (
  version int primary key,
  breaking_since int not null,
  applied_at timestamptz not null default now()
);
insert into schema_versions (version, breaking_since) values (1, 1);

create table catalogue_versions (
  version int generated always as identity primary key,
  catalogue jsonb not null,
  applied_by text not null,
  why text not null,
  applied_at timestamptz not null default now()
);

create table api_keys (
  key_id text primary key,
  secret_hash bytea not null,
  environment text not null check (environment in ('production', 'sandbox')),
  realm text not null,
  created_at timestamptz not null default now(),
  revoked_at timestamptz
);

-- The one table that holds an account's name, so that it can be forgotten (L9).
create table accounts (
  account_key bigint generated always as identity primary key,
  environment text not null check (environment in ('production', 'sandbox')),
  realm text not null,
  account_id text,
  owner_tag text,
  created_at timestamptz not null default now(),
  constraint accounts_one_name unique (environment, realm, account_id),
  constraint accounts_one_tag unique (environment, realm, owner_tag),
  constraint accounts_scope unique (environment, realm, account_key)
);

create table purchase_intents (
  intent_id text primary key,
  environment text not null,
  realm text not null,
  account_key bigint not null,
  application_id text not null,
  product_id text not null,
  quantity int not null check (quantity > 0),
  created_at timestamptz not null default now(),
  foreign key (environment, realm, account_key) references accounts (environment, realm, account_key)
);

create table purchases (
  purchase_order_id text constraint purchases_one_per_order primary key,
  state text not null check (state in ('received', 'granted', 'finished', 'refused', 'revoked')),
  environment text not null check (environment in ('production', 'sandbox')),
  realm text not null,
  application_id text not null,
  product_id text not null,
  product_type text not null check (product_type in ('consumable', 'non-consumable', 'non-renewing', 'auto-renewable')),
  quantity int not null,
  account_key bigint,
  purchased_at timestamptz,
  signed_at timestamptz not null,
  store_finished boolean not null,
  finished_elsewhere boolean not null,
  unexpected text[] not null default '{}',
  price bigint,
  currency text,
  park_reason text,
  park_number int not null default 0,
  parked_at timestamptz,
  released text[] not null default '{}',
  received_at timestamptz not null default now(),
  granted_at timestamptz,
  grant_kind text check (grant_kind in ('goods', 'elsewhere')),
  acknowledged_at timestamptz,
  acknowledged_by bigint,
  finished_at timestamptz,
  finished_by text check (finished_by in ('client', 'store')),
  revoked_at timestamptz,
  revocation_code text,
  finish_unknown_at timestamptz,
  run_checked_at timestamptz,
  foreign key (environment, realm, account_key) references accounts (environment, realm, account_key),
  constraint purchases_granted_has_owner check (grant_kind is distinct from 'goods' or account_key is not null),
  -- L3: whatever order the writes come in, these two never stand together.
  constraint purchases_revoked_is_closed check (revoked_at is null or state in ('refused', 'revoked'))
);
create index purchases_open on purchases (run_checked_at nulls first)
  where state in ('received', 'granted') and finish_unknown_at is null;
create index purchases_parked on purchases (parked_at) where park_reason is not null;
create index purchases_of_account on purchases (account_key);

-- Accounts that presented somebody else's order: they may acknowledge it, so that their device can let go of it.
create table presentations (
  purchase_order_id text not null references purchases,
  account_key bigint not null references accounts,
  presented_at timestamptz not null default now(),
  primary key (purchase_order_id, account_key)
);

-- Only signature-valid evidence, encrypted (L10). No foreign key: evidence of a conflicting order is kept too.
create table evidence (
  evidence_id bigint generated always as identity primary key,
  purchase_order_id text not null,
  environment text not null,
  application_id text not null,
  accepted boolean not null,
  signed_at timestamptz not null,
  verified_at timestamptz not null,
  key_id text not null,
  jwe text not null,
  received_at timestamptz not null default now()
);
create index evidence_of_purchase on evidence (purchase_order_id, signed_at desc) where accepted;

-- Signed by the store, but not for an order that we can place: bounded per code, the newest stay.
create table quarantine (
  quarantine_id bigint generated always as identity primary key,
  code text not null,
  purchase_order_id text,
  application_id text,
  key_id text not null,
  jwe text not null,
  received_at timestamptz not null default now(),
  constraint quarantine_one_per_order unique (code, application_id, purchase_order_id)
);

create table purchase_events (
  event_id bigint generated always as identity primary key,
  purchase_order_id text not null,
  kind text not null,
  account_key bigint,
  details jsonb not null default '{}',
  occurred_at timestamptz not null default now()
);
create index purchase_events_of_purchase on purchase_events (purchase_order_id, event_id);

create table outgoing_events (
  sequence bigint generated always as identity primary key,
  environment text not null,
  realm text not null,
  kind text not null,
  purchase_order_id text not null,
  account_key bigint,
  occurred_at timestamptz not null default now()
);

create table operator_acts (
  act_id bigint generated always as identity primary key,
  purchase_order_id text not null,
  kind text not null,
  who text not null,
  why text not null,
  details jsonb not null default '{}',
  occurred_at timestamptz not null default now()
);
create index operator_acts_of_purchase on operator_acts (purchase_order_id, act_id);

create table grants (
  purchase_order_id text constraint grants_one_per_purchase primary key references purchases,
  environment text not null,
  realm text not null,
  account_key bigint not null,
  product_id text not null,
  quantity int not null,
  catalogue_version int not null,
  goods jsonb not null,
  granted_at timestamptz not null default now(),
  revoked_at timestamptz,
  foreign key (environment, realm, account_key) references accounts (environment, realm, account_key)
);

create table granted_entitlements (
  purchase_order_id text not null references grants,
  environment text not null,
  realm text not null,
  account_key bigint not null,
  entitlement text not null,
  duration interval,
  granted_at timestamptz not null default now(),
  revoked_at timestamptz,
  primary key (purchase_order_id, entitlement),
  foreign key (environment, realm, account_key) references accounts (environment, realm, account_key)
);
create index granted_entitlements_of_account on granted_entitlements (environment, realm, account_key);

create table balances (
  environment text not null,
  realm text not null,
  account_key bigint not null,
  currency text not null,
  balance bigint not null,
  debt_allowed bigint not null default 0 check (debt_allowed >= 0),
  primary key (environment, realm, account_key, currency),
  foreign key (environment, realm, account_key) references accounts (environment, realm, account_key),
  constraint balances_not_below_debt_allowed check (balance >= -debt_allowed)
);

create table transfers (
  transfer_id bigint generated always as identity primary key,
  -- What this transfer is for, once: grant:ORDER, revocation:ORDER, spend:ACCOUNT:KEY.
  reference text not null constraint transfers_one_per_reference unique,
  kind text not null check (kind in ('grant', 'revocation', 'spend')),
  environment text not null,
  realm text not null,
  occurred_at timestamptz not null default now()
);

-- account_key null is the store: the counter-account, which has no balance row (L6).
create table entries (
  entry_id bigint generated always as identity primary key,
  transfer_id bigint not null references transfers,
  environment text not null,
  realm text not null,
  account_key bigint,
  currency text not null,
  amount bigint not null check (amount <> 0),
  foreign key (environment, realm, account_key) references accounts (environment, realm, account_key)
);
create index entries_of_account on entries (environment, realm, account_key, currency);
create index entries_of_transfer on entries (transfer_id);

create table spends (
  environment text not null,
  realm text not null,
  account_key bigint not null,
  idempotency_key text not null,
  request_hash bytea not null,
  balance_after bigint not null,
  spent_at timestamptz not null default now(),
  constraint spends_one_per_key primary key (environment, realm, account_key, idempotency_key)
);

-- L6: a transfer is written in one statement, and each of its currencies sums to zero.
create function refuse_unbalanced_entries() returns trigger language plpgsql as $$
begin
  if exists (select from inserted group by transfer_id, currency having sum(amount) <> 0) then
    raise exception 'entries of a transfer do not sum to zero' using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger entries_sum_to_zero after insert on entries
  referencing new table as inserted for each statement execute function refuse_unbalanced_entries();

-- L9: what happened is never rewritten.
create function refuse_rewriting() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger purchase_events_append_only before update or delete or truncate on purchase_events
  for each statement execute function refuse_rewriting();
create trigger entries_append_only before update or delete or truncate on entries
  for each statement execute function refuse_rewriting();
create trigger operator_acts_append_only before update or delete or truncate on operator_acts
  for each statement execute function refuse_rewriting();
