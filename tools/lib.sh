# What the tools share; sourced by bash, never run. The caller has set ROOT and "set -euo pipefail".
#
# help_if_asked "$@"         --help prints what stands at the top of the tool, and ends it
# step WHAT WHY COMMAND...   runs it with its output in a log, says how long it took
# start WHAT WHY COMMAND...  runs it beside the steps that follow; one at a time
# finish                     waits for what was started and says what step would have said
# need_packages PACKAGE...   installs what is missing, and only that
# lock NAME                  one run at a time of what uses the same folder

BUILD_PACKAGES="build-essential cmake ninja-build libsodium-dev nettle-dev libnng-dev liblmdb-dev libcjson-dev libcsv-dev libgnutls28-dev libcurl4-gnutls-dev"
TEST_PACKAGES="libcmocka-dev clang libclang-rt-14-dev universal-ctags nodejs"

bold="" red="" green="" plain=""
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$'\e[1m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[0m'
fi

help_if_asked() {
    [ "${1:-}" = --help ] || return 0
    awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$0"
    exit 0
}

say() { printf '%s\n' "$*"; }

die() {
    printf '%s%s%s\n' "$red" "$*" "$plain" >&2
    exit 70
}

now_ms() { local t=${EPOCHREALTIME/[.,]/}; printf '%s' "$((t / 1000))"; }

seconds_since() { local ms=$(($(now_ms) - $1)); printf '%d.%d s' $((ms / 1000)) $((ms % 1000 / 100)); }

# Every command runs in a process group of its own, so that an interrupted tool can end all of it.
set -m
child="" beside=""

end_group() {
    [ -n "$1" ] || return 0
    kill -TERM -- "-$1" 2>/dev/null || true
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        kill -0 -- "-$1" 2>/dev/null || return 0
        sleep 0.2
    done
    kill -KILL -- "-$1" 2>/dev/null || true
}

end_children() { end_group "$child"; end_group "$beside"; }

trap 'end_children; exit 130' INT
trap 'end_children; exit 143' TERM HUP

# The lock's descriptor is closed in the child: what it leaves behind must not hold the lock.
run() {
    local status=0
    "$@" </dev/null 8>&- &
    child=$!
    wait "$child" || status=$?
    child=""
    return "$status"
}

# Where the output of steps lies.
LOGS="$ROOT/build/logs"
log=""

log_of() { mkdir -p "$LOGS"; printf '%s/%s.log' "$LOGS" "$(printf '%s' "$1" | tr -c 'a-zA-Z0-9\n' '-')"; }

# The end of a step's line, and of a failed one the end of its log.
say_end() {
    local status=$1 took=$2
    if [ "$status" = 0 ]; then
        printf '%sok%s, %s\n' "$green" "$plain" "$took"
    else
        printf '%sfailed%s after %s\n' "$red" "$plain" "$took"
        tail -n 60 "$log" | sed 's/^/    /'
        say "    (all of it: ${log#"$ROOT/"})"
    fi
}

step() {
    local what=$1 why=$2 began status=0
    shift 2
    log=$(log_of "$what")
    printf '%s%s%s: %s ... ' "$bold" "$what" "$plain" "$why"
    began=$(now_ms)
    run "$@" >"$log" 2>&1 || status=$?
    say_end "$status" "$(seconds_since "$began")"
    return "$status"
}

beside_what="" beside_why="" beside_log=""

start() {
    local began
    beside_what=$1 beside_why=$2 beside_log=$(log_of "$1")
    shift 2
    began=$(now_ms)
    {
        status=0
        "$@" >"$beside_log" 2>&1 || status=$?
        seconds_since "$began" >"$beside_log.took"
        exit "$status"
    } </dev/null 8>&- &
    beside=$!
}

finish() {
    local status=0
    [ -n "$beside" ] || return 0
    wait "$beside" || status=$?
    beside="" log=$beside_log
    printf '%s%s%s: %s ... ' "$bold" "$beside_what" "$plain" "$beside_why"
    say_end "$status" "$(cat "$log.took" 2>/dev/null || echo "its time unknown"), beside the above"
    return "$status"
}

missing_packages() {
    local p
    for p in "$@"; do
        case $(dpkg-query -W -f '${Status}' "$p" 2>/dev/null) in
        "install ok installed") ;;
        *) printf '%s ' "$p" ;;
        esac
    done
}

# Another tool may be installing at this moment (of the lists' lock apt-get only says that it is taken), a mirror may be slow, and a run that was ended
# may have left packages half installed: a failure is tried again, later each time. Lists that cannot be renewed may do.
install_packages() {
    local as_root="" try
    [ "$(id -u)" = 0 ] || as_root="sudo -n"
    for try in 1 2 3 4 5 6 7 8; do
        $as_root apt-get update -q -o Acquire::Retries=3 || say "attempt $try: the lists were not renewed"
        if $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
            -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@"; then
            return 0
        fi
        say "attempt $try failed"
        $as_root env DEBIAN_FRONTEND=noninteractive dpkg --configure -a || true
        sleep $((5 * try))
    done
    return 1
}

need_packages() {
    local missing
    command -v dpkg-query >/dev/null || { say "packages: this is no Debian; on it they are called: $*"; return 0; }
    missing=$(missing_packages "$@")
    if [ -z "$missing" ]; then
        say "${bold}packages${plain}: all $# are there"
        return 0
    fi
    if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
        die "These packages are missing: $missing. Install them as root: apt-get install --no-install-recommends $missing"
    fi
    # shellcheck disable=SC2086  # a list of words
    step "packages" "missing are $missing" install_packages $missing || die "The packages could not be installed."
}

lock() {
    mkdir -p "$ROOT/build"
    exec 8>"$ROOT/build/.$1.lock"
    flock -n 8 && return 0
    say "Another run uses build/$1; waiting for it."
    flock 8 &
    child=$!
    wait "$child"
    child=""
}

# Configure and build a preset: all of it, or the targets of build_only. A folder that was made for another place is made anew.
build_preset() {
    local preset=$1 dir="$ROOT/build/$1"
    shift
    if [ -f "$dir/CMakeCache.txt" ] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$ROOT" "$dir/CMakeCache.txt"; then
        rm -rf "$dir"
    fi
    # shellcheck disable=SC2086  # a list of words
    (cd "$ROOT" && cmake --preset "$preset" "$@" && nice cmake --build "$dir" ${build_only:+--target $build_only})
}
