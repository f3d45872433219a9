#!/usr/bin/env bash
# Whether the units work under a real systemd: a Debian that is booted, installed into, and visited.
#
#   sudo deploy/systemd_machine.sh FOLDER [SUITE]
#
# FOLDER is made by mmdebstrap where it is not there yet, and is yours to delete; systemd-nspawn boots
# it on a network of its own, with the rules of IPAddressDeny in force. A second host is on that network:
# from there the page is asked for, by its number and by its names, with avahi and without. Name
# resolution, certificates and pip's configuration are those of this machine.
set -euo pipefail
tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
machine=${1:?name a folder for the machine}
suite=${2:-bookworm}
place=/opt/afterthought home=/var/lib/afterthought
state=/var/lib/afterthought-certificates
own=$$
device=sd-$own phone=sp-$own
at=192.168.77.1 moved=192.168.77.9 visitor=192.168.77.2 far=203.0.113.9
container=(systemd-nspawn --quiet -D "$machine" --register=no --keep-unit -M "afterthought-$own" --resolv-conf=off)
packages=systemd,systemd-sysv,dbus,python3,python3-venv,ca-certificates,curl,procps,iproute2
running="" outside=""

main() {
    [ "$(id -u)" = 0 ] || fail "This needs root: it makes machines and boots them."
    command -v mmdebstrap systemd-nspawn >/dev/null || fail "Install mmdebstrap and systemd-container first."
    trap leave EXIT
    [ -e "$machine/made" ] || make_machine
    copy_tree
    step "install" install_it
    make_network
    boot
    step "every unit is well written" inside bash -c 'systemd-analyze verify /etc/systemd/system/afterthought-*'
    step "every unit runs" patiently units_run
    step "the page is at its number, and port 80 leads there" patiently page_is_at "$at"
    step "its names are answered for by avahi" with_avahi
    step "another user has the key" key_is_anothers
    step "the page may call nobody on the internet" is_kept_in
    step "a changed address is followed" move
    step "its names are answered for without avahi" without_avahi
    step "it comes back when it is killed" killed
    step "doctor finds the network well" network_is_well
    halt
    boot
    step "it is there again after a boot" all_is_there
}

# What it runs is no place for `set -e`: each of these ends by itself where something fails.
step() {
    local name=$1 log
    shift
    if log=$("$@" 2>&1); then
        printf 'ok      %s\n' "$name"
    else
        printf 'FAILED  %s\n%s\n' "$name" "$log"
        [ -z "$running" ] || inside journalctl --no-pager -n 40 -o cat -u 'afterthought*'
        exit 1
    fi
}

make_machine() {
    rm -rf "$machine"
    mmdebstrap --quiet --variant=apt --include="$packages" "$suite" "$machine" && touch "$machine/made"
}

copy_tree() {
    local file
    for file in /etc/resolv.conf /etc/ssl/certs/ca-certificates.crt /etc/pip.conf; do
        [ ! -f "$file" ] || cp "$file" "$machine$file"
    done
    rm -rf "$machine/srv/afterthought"
    mkdir -p "$machine/srv/afterthought"
    tar -C "$tree" --exclude=./.venv --exclude=./.git --exclude=__pycache__ -c . |
        tar -C "$machine/srv/afterthought" -x --no-same-owner
}

# Not booted yet, on this machine's network: it fetches packages.
install_it() {
    "${container[@]}" --setenv=PIP_CERT=/etc/ssl/certs/ca-certificates.crt \
        /srv/afterthought/deploy/install.sh --no-start || return 1
    mkdir -p "$machine/etc/systemd/system/multi-user.target.wants"
    chroot "$machine" systemctl enable --quiet \
        afterthought-{capture,worker,dashboard}.service afterthought-{certificates,sync}.path
}

make_network() {
    local host
    for host in "$device" "$phone"; do
        ip netns add "$host"
        ip -n "$host" link set lo up
    done
    ip link add v0 netns "$device" type veth peer name v0 netns "$phone"
    for host in "$device $at" "$phone $visitor" "$phone $far"; do
        ip -n "${host% *}" address add "${host#* }/24" dev v0
        ip -n "${host% *}" link set v0 up
    done
    ip -n "$device" route add default via "$visitor"
}

# `bpf` for the rules of IPAddressDeny, which a container is refused otherwise.
boot() {
    SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 "${container[@]}" --boot --capability=all \
        --system-call-filter="bpf perf_event_open" \
        --network-namespace-path="/run/netns/$device" >"$machine.console" 2>&1 &
    outside=$!
    patiently find_leader
    patiently inside systemctl is-active --quiet multi-user.target
}

find_leader() { running=$(pgrep --parent "$outside" --exact systemd); }

units_run() {
    inside systemctl is-active --quiet afterthought-{capture,worker,dashboard}.service \
        afterthought-{certificates,sync}.path
}

page_is_at() {
    [ "$(fetched "https://$1/" --cacert "$machine$state/root.pem")" = "401 " ] || return 1
    [ "$(fetched "http://$1/day")" = "308 https://$1/day" ]
}

names_are_at() {
    local name
    for name in "$(own_name)" afterthought.local; do
        [ "$(answer_to "$name")" = "$1" ] || return 1
    done
}

own_name() {
    inside "$place/.venv/bin/afterthought" status --json --home "$home" |
        python3 -c 'import json, sys; print(json.load(sys.stdin)["page"]["host"])'
}

# By this tree's own zeroconf, on the other host.
answer_to() {
    ip netns exec "$phone" "$tree/.venv/bin/python" -c '
import sys, zeroconf
asking = zeroconf.Zeroconf(interfaces=[sys.argv[2]])
found = zeroconf.AddressResolver(sys.argv[1] + ".")
found.request(asking, 3000)
print(*found.parsed_addresses())
asking.close()' "$1" "$visitor"
}

key_is_anothers() {
    ! inside runuser -u afterthought -- cat "$state/authority/key.pem" &&
        inside runuser -u afterthought -- cat "$state/name.pem" >/dev/null
}

# In its control group nothing arrives; beside it, it does, so that the first means something.
is_kept_in() { ! calls_out system.slice/afterthought-dashboard.service && calls_out system.slice; }

calls_out() {
    local call="import socket; socket.create_connection(('$far', 9), 2)" sink status=0
    ip netns exec "$phone" python3 -c "import socket; socket.create_server(('$far', 9)).accept()" &
    sink=$!
    sleep 1
    inside bash -c "echo \$\$ >/sys/fs/cgroup/$1/cgroup.procs && exec python3 -c \"$call\"" || status=1
    kill "$sink" 2>/dev/null || true
    return $status
}

move() {
    ip -n "$device" address del "$at/24" dev v0
    ip -n "$device" address add "$moved/24" dev v0
    patiently page_is_at "$moved" && patiently names_are_at "$moved"
}

with_avahi() { patiently names_are_at "$at" && inside pgrep --full "avahi-publish.*afterthought.local"; }

without_avahi() {
    inside systemctl mask --quiet --runtime --now avahi-daemon.socket avahi-daemon.service
    inside systemctl restart afterthought-dashboard || return 1
    patiently names_are_at "$moved" || return 1
    inside pgrep --full dashboard.network.answering
}

killed() {
    inside systemctl kill --signal KILL afterthought-{capture,worker,dashboard}
    patiently units_run && patiently page_is_at "$moved"
}

network_is_well() {
    inside "$place/.venv/bin/afterthought" doctor --json --home "$home" | python3 -c '
import json, sys
found = {each["name"]: each for each in json.load(sys.stdin)}
wanted = [found[name] for name in ("network", "page", "name", "port", "certificate", "phones")]
print(*wanted, sep="\n")
sys.exit(any(each["state"] != "ok" for each in wanted))'
}

all_is_there() {
    patiently units_run && patiently page_is_at "$moved" && patiently names_are_at "$moved"
}

fetched() {
    local url=$1
    shift
    ip netns exec "$phone" curl --silent --max-time 5 --output /dev/null \
        --write-out '%{http_code} %{redirect_url}' "$@" "$url"
}

inside() {
    nsenter -t "$running" -m -u -i -p -n -C -- \
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"
}

# Up to a minute, each second anew.
patiently() {
    local _
    for _ in $(seq 60); do
        ! "$@" 2>/dev/null || return 0
        sleep 1
    done
    "$@"
}

halt() {
    [ -n "$running" ] || return 0
    inside systemctl poweroff 2>/dev/null || true
    wait "$outside" || true
    running=""
}

leave() {
    halt
    local host
    for host in "$device" "$phone"; do
        ! ip netns list | grep -q "^$host\b" || ip netns del "$host"
    done
}

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

main "$@"
