-- Up Migration

insert into schema_versions (version, breaking_since) values (2, 1);

-- The applications of its realm that a key may act for; null: all of them.
alter table api_keys add column applications text[] constraint api_keys_some_application check (cardinality(applications) > 0);
