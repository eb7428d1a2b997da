-- Up Migration

insert into schema_versions (version, breaking_since) values (6, 1);

-- How the evidence was verified, check by check: names, numbers and times of certificates, ids of the order; neither token nor JWS.
-- Null where it was kept before reports were, or without one.
alter table evidence add column report jsonb;
