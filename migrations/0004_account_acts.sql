-- Up Migration

insert into schema_versions (version, breaking_since) values (4, 1);

-- An operator's act is about an order or about an account: the account's number alone, since its name may be forgotten.
alter table operator_acts
  alter column purchase_order_id drop not null,
  add column account_key bigint references accounts,
  add constraint operator_acts_one_subject check (num_nonnulls(purchase_order_id, account_key) = 1);
