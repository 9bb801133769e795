#!/bin/sh
# How fast an import is: regulars from the export, PostgreSQL's COPY from finished rows, in turns.
#
#   benches/import/run.sh [FOLDER] [RUNS]      (FOLDER: where 4 GB of files go; RUNS: 3)
#
# regulars reads a till's CSV: it decodes, checks, looks up customers, finds what is there already, works out households.
# PostgreSQL is given the finished rows (ids, references looked up, hashes) and copies them into the same tables with the
# same keys and indexes; once more (postgres-unchecked) without the foreign key, which regulars checks. All end with
# everything on disk. CUSTOMERS and PURCHASES change the size.
# Needs python3 and, for the comparison, Debian's postgresql (initdb, pg_ctl, psql); without it only regulars is timed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-/tmp/regulars-bench}
runs=${2:-3}
customers=${CUSTOMERS:-1000000}
purchases=${PURCHASES:-7000000}
regulars=${REGULARS:-${CARGO_TARGET_DIR:-$here/../../target}/release/regulars}
[ -x "$regulars" ] || { echo "error: there is no $regulars" >&2; echo "hint: run \`cargo build --release\`" >&2; exit 1; }
mkdir -p "$folder"
[ -s "$folder/purchases.csv" ] || python3 "$here/generate.py" "$folder" --customers "$customers" --purchases "$purchases"

now() { date +%s.%N; }
since() { python3 -c "import sys; print(f'{float(sys.argv[2]) - float(sys.argv[1]):.1f}')" "$1" "$(now)"; }

# The largest memory of a command in megabytes, and its seconds, as "seconds megabytes".
timed() {
    python3 - "$@" <<'PY'
import os, resource, subprocess, sys, time
start = time.monotonic()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
took = time.monotonic() - start
print(f"{took:.1f} {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024}")
PY
}

tools=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
cluster=$folder/cluster
as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
sql() { as_postgres psql -q -X -v ON_ERROR_STOP=1 -h "$cluster" -p 54329 -d postgres "$@"; }
stop() { as_postgres "$tools/pg_ctl" -D "$cluster/data" -m fast -w stop >/dev/null 2>&1 || true; }

: >"$folder/figures"
one_regulars() {
    rm -rf "$folder/shop"
    "$regulars" init "$folder/shop" >/dev/null
    c=$(timed "$regulars" --shop "$folder/shop" import customers "$folder/customers.csv")
    p=$(timed "$regulars" --shop "$folder/shop" import purchases "$folder/purchases.csv")
    echo "regulars $c $p" | tee -a "$folder/figures"
}
one_postgres() { # one_postgres NAME [SQL BEFORE]
    sql -f "$here/tables.sql" 2>/dev/null
    [ -z "${2:-}" ] || sql -c "$2"
    sql -c CHECKPOINT
    start=$(now); sql -c "COPY customer FROM '$folder/customer.copy.csv' (FORMAT csv)"; c=$(since "$start")
    start=$(now); sql -c "COPY purchase FROM '$folder/purchase.copy.csv' (FORMAT csv)"; p=$(since "$start")
    echo "$1 $c 0 $p 0" | tee -a "$folder/figures"
}

if [ -n "$tools" ]; then
    one_regulars >/dev/null
    : >"$folder/figures"
    [ -s "$folder/purchase.copy.csv" ] || python3 "$here/finished.py" "$folder/shop/regulars.db" "$folder"
    chmod a+rx "$folder"; chmod a+r "$folder"/*.csv
    rm -rf "$cluster"; mkdir -p "$cluster"
    [ "$(id -u)" != 0 ] || chown postgres "$cluster"
    trap stop EXIT INT TERM
    as_postgres "$tools/initdb" -D "$cluster/data" -A trust -E UTF8 --locale=C >/dev/null
    # As much memory as regulars takes, and no checkpoint in the middle of a COPY.
    as_postgres "$tools/pg_ctl" -D "$cluster/data" -l "$cluster/log" -w start -o "-p 54329 -k $cluster \
        -c listen_addresses= -c shared_buffers=512MB -c max_wal_size=8GB -c checkpoint_timeout=1h" >/dev/null
fi
n=0
while [ "$n" -lt "$runs" ]; do
    n=$((n + 1))
    one_regulars
    [ -n "$tools" ] || continue
    one_postgres postgres
    one_postgres postgres-unchecked "ALTER TABLE purchase DROP CONSTRAINT purchase_customer_id_fkey"
done

python3 - "$folder/figures" <<'PY'
import statistics, sys
figures = {}
for line in open(sys.argv[1]):
    who, customers, memory, purchases, memory2 = line.split()
    figures.setdefault(who, []).append((float(customers), float(purchases), max(int(memory), int(memory2))))
medians = {}
for who, runs in figures.items():
    customers, purchases = (statistics.median(run[i] for run in runs) for i in (0, 1))
    medians[who] = customers + purchases
    memory = max(run[2] for run in runs)
    print(f"{who}: customers {customers:.1f} s, purchases {purchases:.1f} s" + (f", at most {memory} MB" if memory else ""))
for who, total in medians.items():
    if who != "regulars":
        print(f"{who}: COPY takes {total / medians['regulars']:.2f} times as long")
PY
