#!/usr/bin/env bash
# Sets Afterthought up as services on Debian or Raspberry Pi OS; run it again to update.
#
#   sudo deploy/install.sh [--no-start]
#
# The program goes to /opt/afterthought, the archive to /var/lib/afterthought, the user is
# `afterthought`. Nothing of an existing archive is touched.
set -euo pipefail
# The service's user reads the program, whatever root lets others read.
umask 022
tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
target=/opt/afterthought
home=/var/lib/afterthought
# What the unit of capture asks for. Where one of them is missing, it would not start at all.
groups=(audio gpio input spi)
units=(afterthought-capture afterthought-worker afterthought-dashboard afterthought-sync afterthought-certificates.path afterthought-sync.path)
certificates=/var/lib/afterthought-certificates

main() {
    [ "$(id -u)" = 0 ] || fail "This needs root. Run: sudo deploy/install.sh"
    command -v apt-get >/dev/null || fail "This is not a Debian system." \
        "Copy the folder where you want it, run ./run setup there, and use systemd/ as examples."
    install_packages
    make_user
    make_home
    make_certificate_folder
    copy_program
    install_completion
    install_units
    if [ "${1:-}" = --no-start ]; then
        say "Installed. Start it with: sudo systemctl enable --now ${units[*]}"
        tell_set_up_secret
        tell_next
    else
        start_units
    fi
}

install_packages() {
    say "Installing the system packages python3, python3-venv, libportaudio2 and avahi."
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y \
        --no-install-recommends python3 python3-venv libportaudio2 avahi-daemon avahi-utils; } >/dev/null ||
        fail "apt-get could not install them. Connect this machine and run this again."
    # The pins of a board whose Python has no wheel of lgpio. Raspberry Pi's archive has the
    # package, Debian's own has none; set-up links it in.
    apt-cache show python3-lgpio >/dev/null 2>&1 || return 0
    say "Installing the system package python3-lgpio, for button, light and motor."
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends python3-lgpio \
        >/dev/null || fail "apt-get could not install python3-lgpio. Run this again."
}

make_user() {
    local group
    id afterthought >/dev/null 2>&1 || useradd --system --user-group --no-create-home \
        --home-dir "$home" --shell /usr/sbin/nologin afterthought
    # Its own, so that the page cannot read the key that signs.
    id afterthought-certificates >/dev/null 2>&1 || useradd --system --no-create-home \
        --gid afterthought --home-dir "$certificates" --shell /usr/sbin/nologin afterthought-certificates
    for group in "${groups[@]}"; do
        getent group "$group" >/dev/null || groupadd --system "$group"
        # For the unit alone its own line would do; `sudo afterthought doctor` acts as this user.
        usermod --append --groups "$group" afterthought
    done
}

# There before the first start, so that the settings can be written before it.
make_home() {
    install -d -m 0700 -o afterthought -g afterthought "$home"
    [ -e "$home/settings.toml" ] || install -m 0600 -o afterthought -g afterthought \
        <(echo "# What can be set here: $target/docs/configuration.md") "$home/settings.toml"
}

# Where this folder is, the page has certificates made by the unit of its user and by nobody else.
make_certificate_folder() {
    install -d -m 0750 -o afterthought-certificates -g afterthought "$certificates"
}

copy_program() {
    say "Copying the program to $target and setting it up there."
    mkdir -p "$target"
    if [ "$tree" != "$target" ]; then
        # Old files go first, so that a module that was removed does not linger. The environment stays.
        find "$target" -mindepth 1 -maxdepth 1 ! -name .venv -exec rm -rf {} +
        tar -C "$tree" --exclude=./.venv --exclude=./.git --exclude=__pycache__ -cf - . |
            tar -C "$target" --no-same-owner -xf -
    fi
    "$target/run" setup
}

# Where bash-completion, zsh and fish look for the scripts of the system; only where they are there.
install_completion() {
    local shares=${shares:-/usr/share}
    complete_in bash "$shares/bash-completion/completions" afterthought
    complete_in zsh "$shares/zsh/vendor-completions" _afterthought
    complete_in fish "$shares/fish/vendor_completions.d" afterthought.fish
}

complete_in() {
    [ ! -d "$2" ] || "$target/.venv/bin/afterthought" completion "$1" >"$2/$3"
}

install_units() {
    install -m 0644 "$target"/systemd/* /etc/systemd/system/
}

start_units() {
    [ -d /run/systemd/system ] ||
        fail "Installed, but systemd does not run here, so nothing was started."
    systemctl daemon-reload
    systemctl enable --quiet "${units[@]}"
    systemctl restart "${units[@]}"
    say "Running. The page: http://localhost:8765 on this machine; for phones, see: afterthought status"
    show_set_up_secret
    tell_next
}

# Once: nothing of ours can show again what is a hash from then on. The code has the page's address,
# so the page must run and be on a network first, which takes some seconds. On a terminal alone: it
# is a secret, and what is written elsewhere stays there.
show_set_up_secret() {
    local tries=${tries:-15}
    [ -t 1 ] || tries=0
    while [ "$tries" -gt 0 ]; do
        ! "$target/.venv/bin/afterthought" pair --set-up --once --home "$home" 2>/dev/null || return 0
        tries=$((tries - 1))
        sleep 2
    done
    tell_set_up_secret
}

tell_set_up_secret() {
    say "For your first phone, once this machine is on your network, this shows a code to scan:" \
        "sudo $target/.venv/bin/afterthought pair --set-up --home $home"
}

tell_next() {
    say "What is well and what is not: sudo $target/.venv/bin/afterthought doctor --home $home"
    say "The settings: sudo nano $home/settings.toml; then sudo systemctl restart ${units[*]}"
}

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$*"
    exit 1
}

# Sourced, it only brings its functions: the tests call them.
[ "${BASH_SOURCE[0]}" != "$0" ] || main "$@"
