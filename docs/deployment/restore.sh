#!/usr/bin/env bash
# Brings a backup back: restore.sh FOLDER/<time>, with all services stopped.
#
# Takes the variables of backup.sh. The databases must exist and hold no tables, and the home must be without lake,
# archive, releases and warehouse: nothing that stands is overwritten. What is not in a backup is made again from it
# (exports, documentation): `union-warehouse run`.
set -euo pipefail
umask 027

fail() { echo "restore: $1" >&2; exit 1; }

[ "$#" -eq 1 ] || fail "name one backup: restore.sh FOLDER/<time>"
: "${UNION_WAREHOUSE_HOME:?restore: set UNION_WAREHOUSE_HOME to the folder of the data}"
: "${UNION_WAREHOUSE_DAGSTER_DATABASE:?restore: set UNION_WAREHOUSE_DAGSTER_DATABASE to the database of the runs}"
home=$UNION_WAREHOUSE_HOME
[ -f "$1/SHA256SUMS" ] || fail "$1 is no backup: it holds no SHA256SUMS"
backup=$(cd "$1" && pwd)

# All is looked at before anything is written.
(cd "$backup" && sha256sum --check --quiet --strict SHA256SUMS) || fail "$backup is damaged: take another backup"
for name in lake archive releases warehouse.duckdb; do
  [ ! -e "$home/$name" ] || fail "$home/$name exists: move it away, nothing is overwritten"
done
must_be_empty() {
  local tables
  tables=$(psql --no-psqlrc --tuples-only --no-align --dbname="$1" --command="SELECT count(*) FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema')") || fail "the database $1 cannot be read"
  [ "$tables" = 0 ] || fail "the database $1 holds tables: name an empty one, nothing is overwritten"
}
must_be_empty "$UNION_WAREHOUSE_DAGSTER_DATABASE"
if [ -e "$backup/lake.dump" ]; then
  must_be_empty "${UNION_WAREHOUSE_DUCKLAKE_CATALOGUE:?restore: set it to the catalogue, such as dbname=lake}"
fi
if [ -e "$backup/ducklake.tar" ]; then
  data=${UNION_WAREHOUSE_DUCKLAKE_DATA:?restore: set it to the folder of the Parquet files}
  [ -z "$(ls -A "$data" 2>/dev/null)" ] || fail "$data is not empty: move it away, nothing is overwritten"
  mkdir -p "$data"
  tar --extract --file="$backup/ducklake.tar" --directory="$data" --no-same-owner
fi

mkdir -p "$home"
for name in lake archive releases; do
  [ ! -e "$backup/$name.tar" ] || tar --extract --file="$backup/$name.tar" --directory="$home" --no-same-owner
done
for name in warehouse.duckdb warehouse.duckdb.wal; do
  [ ! -e "$backup/$name" ] || cp "$backup/$name" "$home/$name"
done

bring_back() { pg_restore --exit-on-error --single-transaction --no-owner --dbname="$2" "$backup/$1"; }
bring_back dagster.dump "$UNION_WAREHOUSE_DAGSTER_DATABASE"
[ ! -e "$backup/lake.dump" ] || bring_back lake.dump "$UNION_WAREHOUSE_DUCKLAKE_CATALOGUE"
echo "restored $backup into $home"
