# What the flows about witness keys share. Sourced behind lib/registry.sh.
# shellcheck shell=bash

hub_number() { "$bin/schakel-hub" --home "$region/hub" status --json 2>/dev/null | value "$1"; }
all_anchored() { local size; size=$(hub_number anchored) && [ "${size:-0}" -gt 0 ] && [ "$(hub_number leaves)" = "$size" ]; }
registry_anchored() { [ "$(hub_number registry)" = "$(hub_number registry_anchored)" ]; }
# witness_key WHO PARTNER: the key that WHO's node counts for it.
witness_key() { listed "$1" | sed 's/},{/}\n{/g; s/"outsiders"/\n&/' | grep "\"handle\":\"$2\"" | value witness_key; }
node_says() { "$bin/schakel" --home "$region/$1" status --json 2>/dev/null | grep -E "$2" >/dev/null; }
# act WHO: one more leaf of the log.
child=20
act() {
    child=$((child + 1))
    ask "$1" case open --number "$(child_number "$child")" --purpose case_support
    expect "$1 acts" "$got" '"ok":true'
}
export_log() { rm -rf "$region/$1" && "$bin/schakel-hub" --home "$region/hub" export "$region/$1" >/dev/null; }
standing() { "$bin/schakel" verify --region "$region/region" --log "$region/$1" --json | value standing; }
goes_over() { [ "$(witness_key vo "$1")" != "$2" ] && [ ! -e "$region/$1/keys/witness.next" ] && [ -e "$region/$1/keys/witness.old" ]; }
# The region has as many partners here as must cosign; who cannot is not there. Whoever is last counts.
alone() { for p in $nodes; do case " $* " in *" $p "*) ;; *) stop_node "$p" ;; esac; done; }
all_back() { for p in $nodes; do [ -e "$region/$p/pid" ] || { start_node "$p" && as_login "$p" admin && login "$p"; } || return 1; done; }
