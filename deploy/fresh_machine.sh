#!/usr/bin/env bash
# How long a fresh machine takes: a bare Debian with Python alone, ./run setup, and once more.
#
#   sudo deploy/fresh_machine.sh FOLDER [SUITE]
#
# FOLDER is made by debootstrap where it is not there yet, and is yours to delete. Name resolution,
# certificates and pip's own configuration are those of this machine; everything else is new.
set -euo pipefail
tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
machine=${1:?name a folder for the fresh machine}
suite=${2:-bookworm}
place=/srv/afterthought

[ -x "$machine/usr/bin/python3" ] ||
    debootstrap --include=python3,ca-certificates "$suite" "$machine" >/dev/null
cp /etc/resolv.conf "$machine/etc/resolv.conf"
cp /etc/ssl/certs/ca-certificates.crt "$machine/etc/ssl/certs/ca-certificates.crt"
[ ! -f /etc/pip.conf ] || cp /etc/pip.conf "$machine/etc/pip.conf"
mountpoint -q "$machine/proc" || mount -t proc proc "$machine/proc"
mountpoint -q "$machine/dev" || mount --bind /dev "$machine/dev"
trap 'umount "$machine/proc" "$machine/dev"' EXIT

rm -rf "$machine$place"
mkdir -p "$machine$place"
tar -C "$tree" --exclude=./.venv --exclude=./.git --exclude=__pycache__ -c . |
    tar -C "$machine$place" -x --no-same-owner

inside() { chroot "$machine" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@"; }
for turn in first second; do
    TIMEFORMAT="$turn ./run setup: %2R s"
    time inside "$place/run" setup
done
