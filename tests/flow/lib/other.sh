# tests/flow/lib/other.sh: a region in which a school runs our program and partners run another one. To be sourced by flows.
# Needs: others, lines of "handle kind name"; ours, such lines of partners besides the school that run our program, or nothing. Gives: region, other COMMAND..., child FIELD [ROW], step NAME, die WHY.
# shellcheck shell=bash
. "$(dirname "${BASH_SOURCE[0]}")/frame.sh"

die() { echo "FAILED: $1"; exit 1; }

other() { node "$source/tests/js/client.mjs" "$@"; }
child() { sed -n "$((1 + ${2:-1}))p" "$region/data/vo.csv" | cut -d, -f"$1"; }
said() { grep -q "\"step\":\"$1\"" "$region/said" || ! kill -0 "$talking" 2>/dev/null; }
step() { wait_for 30 said "$1" && grep -m1 "\"step\":\"$1\"" "$region/said" || die "the other program did not come to \"$1\": $(tail -c 800 "$region/said")"; }

. "$source/tests/flow/lib/npm.sh"
install_libraries || die "its libraries cannot be installed"
mkdir -p "$region/data"
awk -v day="$(date +%F)" -v dir="$region/data" -f "$source/tests/data/make.awk"
region_port=$(free_port)
"$bin/schakel-hub" --home "$region/hub" init --name demo --listen "127.0.0.1:$region_port" --pack "$source/policy/packs/nl-jeugd" >/dev/null || die "no hub"
make_keyholder || die "no keyholder"
make_partner vo vo "Voorbeeld College" || die "no school"
folders=() public=() own=(vo)
while read -r handle kind name; do
    [ -n "$handle" ] || continue
    make_partner "$handle" "$kind" "$name" || die "no $handle"
    own+=("$handle") public+=("$region/$handle/org.pub")
done <<<"${ours:-}"
while read -r folder kind name; do
    other org "$region/$folder" "$folder" "$kind" "$name" || die "no $folder"
    folders+=("$folder") public+=("$region/$folder/org.pub")
done <<<"$others"
"$bin/schakel" region make --name demo --hub "$region/hub/hub.pub" --keyholder "$region/keyholder/keyholder.pub" \
    --pack "$source/policy/packs/nl-jeugd" --out "$region/region" "$region/vo/org.pub" "${public[@]}" >/dev/null || die "a public file is not taken"
for folder in "${own[@]}"; do sign_region "$folder"; done
for folder in "${folders[@]}"; do other sign "$region/$folder" "$region/region" || die "$folder cannot sign the region"; done
"$bin/schakel-hub" --home "$region/hub" init --region "$region/region" >/dev/null || die "a signature on the region file is not taken"
"$bin/schakel" --home "$region/keyholder" keyholder join "$region/region" >/dev/null || die "the keyholder does not take the region"
for folder in "${own[@]}"; do join_partner "$folder" || die "$folder does not join"; done
for folder in "${folders[@]}"; do
    other request "$region/$folder" "$region/region" || die "$folder does not take the region file"
    "$bin/schakel-hub" --home "$region/hub" welcome "$region/$folder/join.req" -o "$region/$folder/welcome" >/dev/null || die "the join.req of $folder is not taken"
    other welcome "$region/$folder" || die "$folder does not take the welcome"
done
start_hub && start_keyholder || die "hub and keyholder do not start"
for folder in "${own[@]}"; do start_node "$folder" || die "$folder does not start"; done
staff vo admin admin && staff vo coordinator coordinator || die "the region does not start"
import_records vo "$region/data/vo.csv" || die "the school has no records"
