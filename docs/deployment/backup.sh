#!/usr/bin/env bash
# Backs up what cannot be made again: backup.sh FOLDER
#
# Makes FOLDER/<time in UTC>/ with the databases, the lake, the archive, the releases and the warehouse, a list of hashes
# and what it was made from. It appears under that name only when it is complete. KEEP (14) backups stay.
# Needs UNION_WAREHOUSE_HOME, UNION_WAREHOUSE_DAGSTER_DATABASE and what psql needs (PGHOST, PGUSER, PGPASSWORD, ...).
#
# May run while the warehouse is at work: what refers to something is copied before what it refers to (catalogues
# before files, the lake before the archive), files are never changed in place, and the DuckDB file is copied while no
# writer may have it open.
set -euo pipefail
umask 077

fail() { echo "backup: $1" >&2; exit 1; }

[ "$#" -eq 1 ] || fail "name the folder that holds the backups: backup.sh FOLDER"
: "${UNION_WAREHOUSE_HOME:?backup: set UNION_WAREHOUSE_HOME to the folder of the data}"
: "${UNION_WAREHOUSE_DAGSTER_DATABASE:?backup: set UNION_WAREHOUSE_DAGSTER_DATABASE to the database of the runs}"
home=$UNION_WAREHOUSE_HOME
keep=${KEEP:-14}
[ -d "$home" ] || fail "$home is no folder: set UNION_WAREHOUSE_HOME to the folder of the data"
[[ $keep =~ ^[1-9][0-9]*$ ]] || fail "KEEP=$keep is no number of backups: write a whole number from 1 on"
mkdir -p "$1"
root=$(cd "$1" && pwd)
code=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
python=${PYTHON:-$code/.venv/bin/python}
[ -x "$python" ] || python=python3

# One backup at a time.
exec 9>"$root/.lock"
flock --nonblock 9 || fail "another backup into $root is at work: wait for it to end"

stamp=$(date -u +%Y%m%dT%H%M%SZ)
[ ! -e "$root/$stamp" ] || fail "$root/$stamp exists already: wait a second, then run this again"
rm -rf "$root"/.partial.*
made=$root/.partial.$stamp
mkdir "$made"
trap 'rm -rf "$made"' EXIT

pg_dump --format=custom --no-owner --file="$made/dagster.dump" "$UNION_WAREHOUSE_DAGSTER_DATABASE"
if [ "${UNION_WAREHOUSE_STORE:-duckdb}" = ducklake ]; then
  pg_dump --format=custom --no-owner --file="$made/lake.dump" \
    "${UNION_WAREHOUSE_DUCKLAKE_CATALOGUE:?backup: set it to the catalogue, such as dbname=lake}"
  case ${UNION_WAREHOUSE_DUCKLAKE_DATA:?backup: set it to the folder of the Parquet files} in
    *://*) echo "backup: $UNION_WAREHOUSE_DUCKLAKE_DATA is not copied: version or replicate the bucket" >&2 ;;
    *) tar --create --file="$made/ducklake.tar" --directory="$UNION_WAREHOUSE_DUCKLAKE_DATA" . ;;
  esac
elif [ -e "$home/warehouse.duckdb" ]; then
  # The history of claims is in no other place. A reader's lock keeps writers out while the file is copied.
  (cd "$code" && "$python" - "$home/warehouse.duckdb" "$made/warehouse.duckdb" <<'PYTHON')
import shutil
import sys
from pathlib import Path

from ingest.warehouse import connect

source, copy = map(Path, sys.argv[1:])
log = source.with_name(f"{source.name}.wal")  # what a writer that died had not yet put into the file
with connect(source, read_only=True):
    shutil.copyfile(source, copy)
    if log.exists():
        shutil.copyfile(log, copy.with_name(f"{copy.name}.wal"))
PYTHON
fi

copy_folder() { # tar tells by 1 that a file grew meanwhile: an archive file to which a page was being added
  [ -d "$home/$1" ] || return 0
  local status=0
  tar --create --file="$made/$1.tar" --directory="$home" --exclude='*.tmp' --warning=no-file-changed "$1" || status=$?
  [ "$status" -le 1 ] || fail "tar ended with $status on $home/$1"
}
for folder in lake archive releases; do copy_folder "$folder"; done

{
  echo "made_at=$stamp"
  echo "store=${UNION_WAREHOUSE_STORE:-duckdb}"
  echo "code=$(git -C "$code" rev-parse HEAD 2>/dev/null || sed -n 's/^version = "\(.*\)"/\1/p' "$code/pyproject.toml")"
  echo "postgres=$(pg_dump --version)"
} >"$made/made_from.txt"
(cd "$made" && sha256sum -- * >SHA256SUMS)
sync -f "$made" 2>/dev/null || sync
mv "$made" "$root/$stamp"
trap - EXIT

find "$root" -mindepth 1 -maxdepth 1 -type d -name '2*Z' | sort | head -n "-$keep" | while read -r old; do rm -rf "$old"; done
echo "$root/$stamp"
