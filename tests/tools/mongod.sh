# A mongod of the caller's own: a single-node replica set that is gone when it is stopped. Sourced after install.sh.
# shellcheck shell=bash disable=SC2154

mongod_pid=
mongod_data=

start_mongod() {
    [ -z "$mongod_pid" ] || return 0
    install_python
    install_mongod
    mongod_data=$(mktemp -d)
    # Emptied before it is read: the log of an earlier mongod names another port.
    : >"$log/mongod.log"
    # Each test has databases of its own. The files of a dropped one stay open for as long as reads of the past may want them, 5
    # minutes where nothing is said: in that time the tests use up 20,000. A service that is killed leaves its transaction
    # open: its database can be dropped once the server gives that up.
    (
        ulimit -n "$(ulimit -Hn)"
        exec "$MONGOD" --dbpath "$mongod_data" --port 0 --bind_ip 127.0.0.1 --replSet rs0 --wiredTigerCacheSizeGB 0.5 \
            --setParameter minSnapshotHistoryWindowInSeconds=15 --setParameter transactionLifetimeLimitSeconds=30 \
            >>"$log/mongod.log" 2>&1
    ) &
    mongod_pid=$!
    TESSERA_TEST_MONGO=$("$cache/venv/bin/python" tests/tools/initiate.py "$log/mongod.log")
    export TESSERA_TEST_MONGO
}

stop_mongod() {
    [ -z "$mongod_pid" ] || { kill "$mongod_pid" && wait "$mongod_pid" || true; } 2>/dev/null
    [ -z "$mongod_data" ] || rm -rf "$mongod_data"
}
