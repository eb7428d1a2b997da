-- Up Migration

insert into schema_versions (version, breaking_since) values (3, 1);

-- When the sweep last woke the order's run. Null on an order that was refused or revoked: its run may not know.
alter table purchases add column run_woken_at timestamptz;
create index purchases_untold on purchases (purchase_order_id) where state in ('refused', 'revoked') and run_woken_at is null;

-- What it takes to judge evidence anew: part of what it was sealed for, and the moment its certificates were judged at.
alter table quarantine
  add column environment text check (environment in ('production', 'sandbox')),
  add column verified_at timestamptz not null default now();
