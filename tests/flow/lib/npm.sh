# tests/flow/lib/npm.sh: what the programs in tests/js need, installed once for all flows. To be sourced; needs: source.
# shellcheck shell=bash

install_libraries() {
    local try made="$source/tests/js/node_modules/.made-of"
    mkdir -p "$source/build"
    {
        flock 7
        cmp -s "$source/tests/js/package-lock.json" "$made" && return 0
        for try in 1 2 3 4; do
            # Who does not answer is not waited for until the flow has no time left.
            npm ci --prefix "$source/tests/js" --ignore-scripts --loglevel=error --fetch-timeout=60000 --fetch-retries=1 &&
                cp "$source/tests/js/package-lock.json" "$made" && return 0
            sleep 5
        done
        return 1
    } 7>"$source/build/.npm.lock"
}
