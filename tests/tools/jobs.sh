# Jobs: functions that run beside other work, each with a log of its own. Sourced by tests/run.
# shellcheck shell=bash disable=SC2154

declare -A jobs

# Starts a function beside what follows. Monitor mode gives it a process group, so that it ends with all its children.
beside() {
    : >"$log/$1.log"
    set -m
    (
        set +m
        set -euo pipefail
        SECONDS=0
        "$1"
        echo "$SECONDS" >"$log/$1.seconds"
    ) >>"$log/$1.log" 2>&1 </dev/null &
    jobs[$1]=$!
    set +m
}

# Waits for a job and returns its status.
ended() {
    local id=${jobs[$1]}
    unset "jobs[$1]"
    wait "$id"
}

# Waits for jobs that were started. Prints the log of each one that failed, and fails with it.
joined() {
    local name failed=0
    for name in "$@"; do
        [ -n "${jobs[$name]:-}" ] || continue
        if ! ended "$name"; then
            printf -- '-- %s: FAILED\n' "$name"
            cat "$log/$name.log"
            failed=1
        fi
    done
    return "$failed"
}

# Ends the jobs that still run.
end_jobs() {
    local name
    for name in "${!jobs[@]}"; do
        kill -- "-${jobs[$name]}" 2>/dev/null || true
    done
}
