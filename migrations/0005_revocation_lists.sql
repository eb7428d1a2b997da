-- Up Migration

insert into schema_versions (version, breaking_since) values (5, 1);

-- Certificates of paths that were found good: the issuers' keys that revocation lists are verified with.
create table store_certificates (
  fingerprint text primary key,
  subject text not null,
  der bytea not null,
  -- Null: a trusted root.
  issuer text references store_certificates,
  seen_at timestamptz not null default now()
);

-- Where those certificates say that their issuer's list is found, and how the last fetch went.
create table revocation_sources (
  issuer text not null references store_certificates,
  url text not null,
  due_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  fetched_at timestamptz,
  fault text,
  primary key (issuer, url)
);

-- Verified lists. Those that a newer one has replaced stay: evidence was judged by them.
create table revocation_lists (
  fingerprint text primary key,
  issuer text not null references store_certificates,
  number text not null,
  this_update timestamptz not null,
  next_update timestamptz not null,
  der bytea not null,
  stored_at timestamptz not null default now()
);
create index revocation_lists_newest on revocation_lists (issuer, this_update desc, stored_at desc);
