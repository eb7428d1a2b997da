#!/bin/sh
# Brings Temporal's two databases to the schema of the server's version. Safe to run again: that is how an upgrade is done.
set -eu

for store in temporal:temporal temporal_visibility:visibility; do
  database="${store%%:*}"
  schema="${store##*:}"
  temporal-sql-tool --db "$database" setup-schema -v 0.0
  temporal-sql-tool --db "$database" update-schema --schema-name "postgresql/v12/$schema"
done
