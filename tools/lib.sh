# What the tools share; sourced by bash, never run. The caller has set ROOT and "set -euo pipefail".
#
# step WHAT WHY COMMAND...   runs it with its output in a log, says how long it took
# need_packages PACKAGE...   installs what is missing, and only that
# lock NAME                  one run at a time of what uses the same folder

BUILD_PACKAGES="build-essential cmake ninja-build libsodium-dev nettle-dev libnng-dev liblmdb-dev libcjson-dev libcsv-dev libgnutls28-dev libcurl4-gnutls-dev"
TEST_PACKAGES="libcmocka-dev clang libclang-rt-14-dev universal-ctags nodejs"

bold="" red="" green="" plain=""
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$'\e[1m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[0m'
fi

say() { printf '%s\n' "$*"; }

die() {
    printf '%s%s%s\n' "$red" "$*" "$plain" >&2
    exit 70
}

now_ms() { local t=${EPOCHREALTIME/[.,]/}; printf '%s' "$((t / 1000))"; }

seconds_since() { local ms=$(($(now_ms) - $1)); printf '%d.%d s' $((ms / 1000)) $((ms % 1000 / 100)); }

# Every command runs in a process group of its own, so that an interrupted tool can end all of it.
set -m
child=""

end_child() {
    [ -n "$child" ] || return 0
    kill -TERM -- "-$child" 2>/dev/null || true
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        kill -0 -- "-$child" 2>/dev/null || return 0
        sleep 0.2
    done
    kill -KILL -- "-$child" 2>/dev/null || true
}

trap 'end_child; exit 130' INT
trap 'end_child; exit 143' TERM HUP

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

step() {
    local what=$1 why=$2 began status=0
    shift 2
    mkdir -p "$LOGS"
    log="$LOGS/$(printf '%s' "$what" | tr -c 'a-zA-Z0-9\n' '-').log"
    printf '%s%s%s: %s ... ' "$bold" "$what" "$plain" "$why"
    began=$(now_ms)
    run "$@" >"$log" 2>&1 || status=$?
    if [ "$status" = 0 ]; then
        printf '%sok%s, %s\n' "$green" "$plain" "$(seconds_since "$began")"
    else
        printf '%sfailed%s after %s\n' "$red" "$plain" "$(seconds_since "$began")"
        tail -n 60 "$log" | sed 's/^/    /'
        say "    (all of it: ${log#"$ROOT/"})"
    fi
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

# Another tool may be installing at this moment, so a failure is tried again a few times.
install_packages() {
    local as_root="" try
    [ "$(id -u)" = 0 ] || as_root="sudo -n"
    for try in 1 2 3 4 5 6; do
        if $as_root apt-get update -q && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y \
            --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"; then
            return 0
        fi
        say "attempt $try failed"
        sleep 5
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

# Configure and build a preset. A folder that was made for another place is made anew.
build_preset() {
    local preset=$1 dir="$ROOT/build/$1"
    shift
    if [ -f "$dir/CMakeCache.txt" ] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$ROOT" "$dir/CMakeCache.txt"; then
        rm -rf "$dir"
    fi
    (cd "$ROOT" && cmake --preset "$preset" "$@" && cmake --build "$dir")
}
