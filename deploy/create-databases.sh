#!/bin/sh
# Run once by the PostgreSQL image, on an empty volume: one role and its databases for each of the two that share the server.
set -eu

psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  --set ledger_password="$LEDGER_PASSWORD" --set temporal_password="$TEMPORAL_DB_PASSWORD" <<'SQL'
create role dropless login password :'ledger_password';
create role temporal login password :'temporal_password';
create database dropless owner dropless;
create database temporal owner temporal;
create database temporal_visibility owner temporal;
SQL
