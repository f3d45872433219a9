#!/usr/bin/env bash
# Whether it works on a Pi's processor: an arm64 Debian, set up and used as on a Pi, each step timed.
#
#   sudo deploy/arm64_machine.sh FOLDER [SUITE...]      SUITE: bookworm, trixie (both by default)
#
# It needs mmdebstrap, and on another processor qemu-user-static and arch-test: qemu stands for the Pi's.
# (debootstrap reads its lists by perl inside the machine: a quarter of an hour before it unpacks.) A
# machine is made in FOLDER/SUITE where it is not there yet, and is yours to delete; a second run goes on
# with it. Name resolution, certificates and pip's configuration are those of this machine. What a step
# printed is in FOLDER/SUITE.log; the last line of each suite is for bench/RESULTS.md.
# Let this machine do nothing else meanwhile: a model that has no answer in ten minutes counts as stuck.
set -euo pipefail
tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
place=/opt/afterthought # where the installer puts it: copied there, it is installed in its place
home=/var/lib/afterthought
port=18765
registry=/proc/sys/fs/binfmt_misc
clean=(env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8)
recording=tests/recordings/pill_box.opus
# Tests that need no model, no browser and no minute: most of what is ours and not Python's.
cheap=(tests/core tests/device tests/deploy/test_install.py tests/deploy/test_units.py
    tests/dashboard/show tests/pipeline/meaning tests/pipeline/spool tests/pipeline/store)

main() {
    local folder=${1:?name a folder for the machines} suite status=0
    shift
    [ "$(id -u)" = 0 ] || fail "This needs root: it makes machines and enters them."
    command -v mmdebstrap >/dev/null || fail "Install mmdebstrap first."
    mkdir -p "$folder"
    folder=$(cd "$folder" && pwd -P)
    trap leave EXIT
    learn_to_run_arm64
    [ $# -gt 0 ] || set -- bookworm trixie
    for suite in "$@"; do try "$folder" "$suite" || status=1; done
    return $status
}

# One suite, step by step; it ends at the first step that fails.
try() {
    machine=$1/$2 log=$1/$2.log told=""
    : >"$log"
    step "make the machine" make_machine "$2" || return 1
    enter_machine
    step "install" install_it || return 1
    step "keep" keep || return 1
    step "search" search || return 1
    step "doctor" afterthought doctor || return 1
    step "page" page || return 1
    step "set up the tests" set_up_tests || return 1
    step "cheap tests" cheap_tests || return 1
    leave
    printf '%s, %s on %s (Python %s%s): %s; %s.\n' "$(date -I)" "$2" arm64 \
        "$(inside python3 -c 'import platform; print(platform.python_version())')" \
        "$(under_qemu)" "${told#, }" "$(grep -oE '[0-9]+ passed.*' "$log" | tail -n 1)"
}

step() {
    local name=$1 began=$SECONDS
    shift
    echo "== $name" >>"$log"
    if ! "$@" >>"$log" 2>&1; then
        printf 'FAILED  %s, after %s s: %s\n' "$name" $((SECONDS - began)) "$(tail -n 1 "$log")"
        printf '        All of it: %s\n' "$log"
        leave
        return 1
    fi
    printf 'ok      %s, %s s\n' "$name" $((SECONDS - began))
    told+=", $name $((SECONDS - began)) s"
}

make_machine() {
    [ -e "$machine/made" ] && return
    rm -rf "$machine" && mmdebstrap --variant=minbase --architectures=arm64 \
        --include=python3,ca-certificates "$1" "$machine" && touch "$machine/made"
}

enter_machine() {
    local file
    for file in /etc/resolv.conf /etc/ssl/certs/ca-certificates.crt /etc/pip.conf; do
        [ ! -f "$file" ] || cp "$file" "$machine$file"
    done
    mountpoint -q "$machine/proc" || mount -t proc proc "$machine/proc"
    mountpoint -q "$machine/dev" && return
    mount --bind /dev "$machine/dev"
    mount --make-private "$machine/dev" # so that this machine's own stay as they are
    mount -t devpts devpts "$machine/dev/pts"
    mount -t tmpfs tmpfs "$machine/dev/shm"
}

install_it() {
    mkdir -p "$machine$place" &&
        tar -C "$tree" --exclude=./.venv --exclude=./.git --exclude=__pycache__ -c . |
        tar -C "$machine$place" -x --no-same-owner &&
        inside "$place/deploy/install.sh" --no-start
}

# The words are nearly those of this machine, where it is set up: int8 is added up in another order on
# each kind of processor, and a word that was heard with doubt may come out as its neighbour.
keep() {
    local said
    afterthought keep "$place/$recording" --json >"$machine/said" || return 1
    said=$(text_of <"$machine/said")
    echo "It heard: $said"
    [ -n "$said" ] || return 1
    [ ! -x "$tree/.venv/bin/afterthought" ] || are_alike "$said" "$(heard_here)"
}

are_alike() {
    echo "Here it is: $2"
    python3 -c 'import difflib, re, sys; a, b = (re.findall(r"\w+", each.lower()) for each in
sys.argv[1:]); sys.exit(difflib.SequenceMatcher(None, a, b).ratio() < 0.9)' "$1" "$2"
}

heard_here() {
    local folder
    folder=$(mktemp -d)
    (cd "$tree" && .venv/bin/afterthought keep "$recording" --json --home "$folder/home") | text_of
    rm -r "$folder"
}

text_of() { python3 -c 'import json, sys; print(json.loads(sys.stdin.readline())["text"])'; }

search() { afterthought search "who heard the siren" --json | grep -q '"id"'; }

# Their packages alone: a browser takes longer than all of it, and the cheap tests need none.
set_up_tests() {
    inside bash -c "set -euo pipefail; tree=$place; . $place/deploy/set_up.sh; install_locks dev axe"
}

cheap_tests() {
    inside bash -c 'cd "$0" && exec .venv/bin/python -m pytest "$@"' "$place" "${cheap[@]}"
}

# Its process is a child of ours, and the page is asked for from outside.
page() {
    local server status=1 _
    chroot "$machine" "${clean[@]}" "$place/.venv/bin/afterthought" dashboard --port "$port" \
        --home "$home" &
    server=$!
    for _ in $(seq 60); do
        sleep 2
        fetch "http://localhost:$port/" | grep -qi siren && status=0 && break
    done
    kill "$server"
    wait "$server" || true
    return $status
}

fetch() {
    python3 -c 'import sys, urllib.request as web; print(web.urlopen(sys.argv[1]).read())' "$1" \
        2>/dev/null
}

afterthought() { inside "$place/.venv/bin/afterthought" "$@" --home "$home"; }

inside() { chroot "$machine" "${clean[@]}" "$@"; }

under_qemu() {
    [ "$(uname -m)" = aarch64 ] || printf ', %s' "$(qemu-aarch64-static --version | head -n 1)"
}

# The kernel is told once which program runs what is made for the other processor; `F` opens it
# now, so that it is there in every chroot.
learn_to_run_arm64() {
    [ "$(uname -m)" = aarch64 ] && return
    command -v qemu-aarch64-static >/dev/null && command -v arch-test >/dev/null ||
        fail "Install qemu-user-static and arch-test first."
    mountpoint -q "$registry" || mount -t binfmt_misc binfmt_misc "$registry"
    [ -e "$registry/qemu-aarch64" ] && return
    printf '%s' ':qemu-aarch64:M::\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00' \
        '\x02\x00\xb7\x00:\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff' \
        '\xff\xff:/usr/bin/qemu-aarch64-static:F' >"$registry/register"
}

leave() {
    [ -n "${machine:-}" ] || return 0
    local each
    for each in dev/shm dev/pts dev proc; do
        ! mountpoint -q "$machine/$each" || umount "$machine/$each"
    done
}

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

main "$@"
