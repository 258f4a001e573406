# What the flows about witness keys share. Sourced behind lib/registry.sh.
# shellcheck shell=bash

hub_number() { "$bin/schakel-hub" --home "$region/hub" status --json 2>/dev/null | value "$1"; }
# Numbers that are compared come from one answer: what the hub says of itself is up to a second old, and a slow one's older.
all_anchored() {
    local s size
    s=$("$bin/schakel-hub" --home "$region/hub" status --json 2>/dev/null) && size=$(value anchored <<<"$s") && [ "${size:-0}" -gt 0 ] \
        && [ "$(value leaves <<<"$s")" = "$size" ]
}
registry_anchored() {
    local s
    s=$("$bin/schakel-hub" --home "$region/hub" status --json 2>/dev/null) && [ "$(value registry <<<"$s")" = "$(value registry_anchored <<<"$s")" ]
}
has_leaf_behind() { [ "$(hub_number leaves)" -gt "$1" ]; }
# witness_key WHO PARTNER: the key that WHO's node counts for it.
witness_key() { listed "$1" | sed 's/},{/}\n{/g; s/"outsiders"/\n&/' | grep "\"handle\":\"$2\"" | value witness_key; }
node_says() { "$bin/schakel" --home "$region/$1" status --json 2>/dev/null | grep -E "$2" >/dev/null; }
# act WHO: one more leaf of the log.
child=20
# The hub says that it has it.
act() {
    local before
    before=$(hub_number leaves)
    child=$((child + 1))
    ask "$1" case open --number "$(child_number "$child")" --purpose case_support
    expect "$1 acts" "$got" '"ok":true' || return 1
    wait_for 20 has_leaf_behind "${before:-0}" || { why="the hub does not tell of the act of $1"; return 1; }
}
export_log() { rm -rf "$region/$1" && "$bin/schakel-hub" --home "$region/hub" export "$region/$1" >/dev/null; }
standing() { "$bin/schakel" verify --region "$region/region" --log "$region/$1" --json | value standing; }
# is_copied_whole COPY: leaves may come at any moment, so a copy is taken until one lies whole under what was cosigned.
is_copied_whole() { export_log "$1" && [ "$(standing "$1")" = anchored ]; }
goes_over() { [ "$(witness_key vo "$1")" != "$2" ] && [ ! -e "$region/$1/keys/witness.next" ] && [ -e "$region/$1/keys/witness.old" ]; }
# The region has as many partners here as must cosign; who cannot is not there. Whoever is last counts.
alone() { for p in $nodes; do case " $* " in *" $p "*) ;; *) stop_node "$p" ;; esac; done; }
all_back() { for p in $nodes; do [ -e "$region/$p/pid" ] || { start_node "$p" && as_login "$p" admin && login "$p"; } || return 1; done; }
