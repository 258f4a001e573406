# tests/flow/lib/liars.sh: what the flows about lies share: the region with a hub (and a keyholder) that lie when told to, and the list of what was
# caught. Sourced behind lib/weather.sh, before region_up.
# shellcheck shell=bash

# The programs that lie: those of the repository, linked once more (tests/liar).
start_hub() {
    "$bin/liar-hub" --home "$region/hub" run >>"$region/hub/log" 2>&1 &
    echo $! >"$region/hub/pid"
    region_pids+=("$!")
    comes_up "$!" "$bin/schakel-hub" --home "$region/hub" status || { echo "the hub does not answer; see $region/hub/log" >&2; return 70; }
}

# tell WHO LIE...: each lie a word "NAME@WHAT", told from now on; none: the truth. What was told before is forgotten. Lies about mail are told when nobody
# has anything to send: a node that waits for a receipt is given mail again that it knows already, and a lie about that is heard by nobody.
tell() {
    local who=$1 one
    shift
    case " $*" in *@mail:* | *@way:*) wait_for 20 nobody_sends || echo "   something is still on its way before the lies: $*" ;; esac
    rm -f "$region/$who/told"
    for one in "$@"; do printf '%s %s\n' "${one%@*}" "${one#*@}"; done >"$region/$who/lie.new"
    mv "$region/$who/lie.new" "$region/$who/lie"
}
# which WHO LIE: the id (or number, in hex) of what this lie was told about.
which_of() { awk -v name="${2%@*}" -v what="${2#*@}" '$1 == name && $2 == what { print $3; exit }' "$region/$1/told" 2>/dev/null; }
was_told() { [ -n "$(which_of "$1" "$2")" ]; }
number_of() { printf '%d' "0x$(which_of "$1" "$2" | tail -c 17)"; }

size() { stat -c %s "$region/$1/log"; }
mark() { for p in $partners; do size "$p" >"$region/$p/mark"; done; }
since() { tail -c "+$(($(cat "$region/$1/mark") + 1))" "$region/$1/log"; }
log_says() { [ -n "$(since "$1" | grep -E "$2")" ]; }

# caught WHO LIE BY PATTERN: WHO told it, and the node of BY says PATTERN in its log since the last mark; @id and @number stand for what it was
# told about.
lies_caught=0
caught() {
    local who=$1 lie=$2 by=$3 pattern=$4
    wait_for 40 was_told "$who" "$lie" || { why="$lie: it was not told"; return 1; }
    pattern=${pattern//@id/$(which_of "$who" "$lie")}
    [[ $pattern != *@number* ]] || pattern=${pattern//@number/$(number_of "$who" "$lie")}
    wait_for 40 log_says "$by" "$pattern" || { why="$lie: the node of $by does not say $pattern: $(since "$by" | tail -n 12)"; return 1; }
    lie_caught "$lie: $by says $(since "$by" | grep -oE "$pattern" | sed -n 1p)"
}
lie_caught() {
    lies_caught=$((lies_caught + 1))
    printf '%3d. %s\n' "$lies_caught" "$1"
}
# all_caught WHO COUNT: the last line of a list.
all_caught() {
    echo "$lies_caught of $2 lies of a $1 caught"
    [ "$lies_caught" = "$2" ] || { why="$lies_caught lies were caught, and not $2"; return 1; }
}

# What a partner holds to be true, in a line each: what a lie must not change.
picture() {
    local p
    for p in "$@"; do
        as "$p" event list --json 2>/dev/null | lines | grep -o '"statement":"[^"]*"' | sort
        as "$p" inbox --all --json 2>/dev/null | lines | grep -oE '"(kind|from|state|request|share|statement)":"[^"]*"'
    done
}
