# Sourced by ./run and ./test, which set $tree: the environment, made once, repaired, or left alone.
#
#   set_up KIND LOCK...   KIND is run (the product) or test (what the tests need beside it);
#                         LOCK is a file of deploy/requirements without its .txt

venv=$tree/.venv
locks=$tree/deploy/requirements
pip_log=$venv/set_up.log

# Everything that the environment is made of. A change in one of them is the only reason to
# set up again, so a second start costs the time that it takes to read them.
ingredients="pyproject.toml deploy/set_up.sh deploy/build_models.py
    pipeline/models/catalogue.py pipeline/models/finding.py pipeline/hearing/number_format.py
    pipeline/models/int8_weights.py pipeline/meaning/bert_pieces.py
    pipeline/meaning/build_minilm.py pipeline/meaning/weights.py"

# Debian package | a command that succeeds where it is there | what is missing without it | who asks
system_packages="
libportaudio2|has_library portaudio|a microphone cannot be heard|run
chromium|command -v chromium|the tests that need a browser are skipped|test
pulseaudio|command -v pulseaudio|the tests that need a real microphone are skipped|test
pulseaudio-utils|command -v paplay|the tests that need a real microphone are skipped|test
libasound2-plugins|dpkg -s libasound2-plugins|the tests that need a real microphone are skipped|test
openssl|command -v openssl|the test of the page over TLS is skipped|test
libnss3-tools|command -v certutil|the test of a phone that trusts this device is skipped|test
avahi-daemon|command -v avahi-daemon|the tests of the name beside avahi are skipped|test
avahi-utils|command -v avahi-publish|the tests of the name beside avahi are skipped|test"

# Where the system keeps its own Python's packages, and what that Python is installed under.
system_library=/usr/lib/python3/dist-packages
system_prefix=/usr

set_up() {
    local kind=$1
    shift
    if ! is_ready "$kind" "$@"; then
        hold_the_tree
        is_ready "$kind" "$@" || make_ready "$kind" "$@"
        exec 9<&-
    fi
    link_pin_library
}

make_ready() {
    local kind=$1 started=$SECONDS
    shift
    rm -f "$venv/ready-$kind"
    make_environment
    install_locks "$@"
    [ "$kind" != run ] || install_this_tree
    offer_system_packages "$kind"
    fingerprint "$@" >"$venv/ready.new"
    mv "$venv/ready.new" "$venv/ready-$kind"
    say "Set up in $((SECONDS - started)) s."
}

is_ready() {
    local kind=$1
    shift
    [ -f "$venv/ready-$kind" ] && [ ! -e "$venv/installing" ] || return 1
    [ "$(<"$venv/ready-$kind")" = "$(fingerprint "$@")" ]
}

fingerprint() {
    local file
    place
    {
        for file in $ingredients; do cat "$tree/$file"; done
        for file in "$@"; do cat "$locks/$file.txt"; done
        # What was measured on this processor: gone, or on another one, it is measured anew.
        ls "$venv/models/number_format.json" 2>/dev/null || true
        grep -E '^(model name|CPU implementer|CPU part)' /proc/cpuinfo | sort -u || true
    } | cksum
}

# An environment is bound to its folder and to its Python.
place() {
    printf '%s ' "$tree"
    "$venv/bin/python" -I -S -c 'import sys; print(*sys.version_info[:2])' 2>/dev/null || echo none
}

# One set-up at a time: the second waits, and finds the work done. The lock is the folder itself
# and goes with the last process that has it open, pip included.
hold_the_tree() {
    exec 9<"$tree"
    command -v flock >/dev/null || return 0
    flock -n 9 && return
    say "Another set-up is at work in this folder; waiting for it."
    flock 9
}

make_environment() {
    # `installing` is left behind by a pip that was cut short: half a package looks installed.
    if [ -f "$venv/place" ] && [ ! -e "$venv/installing" ] && [ "$(<"$venv/place")" = "$(place)" ]
    then
        return
    fi
    local python
    python=$(find_python) || fail "No Python 3.11 or later was found. Install it" \
        "(on Debian: apt-get install python3) and run this again."
    "$python" -c 'import ensurepip, venv' 2>/dev/null || install_venv_module
    say "Making the environment in .venv with $("$python" -V)."
    { clear_environment && "$python" -m venv "$venv"; } >/dev/null 2>&1 ||
        fail "The folder $venv could not be made. Look for a full disk or missing rights there."
    place >"$venv/place"
}

# All but the models that were fetched, which no set-up brings back.
clear_environment() {
    [ -d "$venv" ] || return 0
    find "$venv/" -mindepth 1 -maxdepth 1 ! -name models ! -name models_for_tests -exec rm -rf {} +
    rm -rf "$venv/models/embedder" "$venv/models/transcriber" "$venv/models/number_format.json"
}

# First what has been tried (3.11 to 3.14), then whatever is newer.
find_python() {
    local upper name
    for upper in 15 99; do
        for name in python3 python3.14 python3.13 python3.12 python3.11; do
            if "$name" -c "import sys; sys.exit(not (3, 11) <= sys.version_info < (3, $upper))" \
                2>/dev/null; then
                command -v "$name"
                return
            fi
        done
    done
    return 1
}

install_venv_module() {
    install_system_package python3-venv ||
        fail "Python's venv module is missing. Install it (apt-get install python3-venv)" \
            "and run this again."
}

install_locks() {
    local lock arguments=()
    for lock in "$@"; do arguments+=(-r "$locks/$lock.txt"); done
    say "Installing what it needs (the first time this fetches about 300 MB)."
    mkdir -p "$venv/tmp"
    : >"$venv/installing"
    # --no-deps: the locks are complete, and silero-vad would bring torch. TMPDIR: where /tmp lies
    # in memory, the wheels of a first set-up do not fit into a small Pi's.
    TMPDIR=$venv/tmp "$venv/bin/python" -m pip install --no-deps --require-hashes \
        --only-binary :all: --progress-bar off --disable-pip-version-check \
        "${arguments[@]}" 2>"$pip_log" | show_progress || explain_pip
    rm -rf "$venv/tmp" "$venv/installing"
}

# One line that is written over at a terminal; nothing elsewhere.
show_progress() {
    local verb what _ count=0
    while read -r verb what _; do
        [ -t 2 ] || continue
        case $verb in
        Collecting) count=$((count + 1)) && printf '\r\033[K  %s: %s' "$count" "${what%%==*}" >&2 ;;
        Installing) printf '\r\033[K  unpacking %s packages' "$count" >&2 ;;
        esac
    done
    [ ! -t 2 ] || printf '\r\033[K' >&2
}

explain_pip() {
    local again="run this again; what was fetched is kept."
    case $(<"$pip_log") in
    "") fail "pip was stopped before it was done, perhaps for want of memory." \
        "Close what else is running and $again" ;;
    *"No space left"* | *"Disk quota"*) fail "The disk is full. Free 2 GB and $again" ;;
    *"THESE PACKAGES DO NOT MATCH"*)
        fail "A package is not the one that was pinned, so nothing was installed." \
            "Ask whoever runs your package index; $pip_log names it." ;;
    *NewConnectionError* | *NameResolution* | *"name resolution"* | *ConnectTimeout* | \
        *ReadTimeout* | *"Network is unreachable"* | *ProxyError* | *"Connection broken"*)
        fail "The package index cannot be reached. Connect this machine for its first set-up," \
            "then $again" ;;
    *"No matching distribution"*)
        fail "There is no ready-made package for this machine ($(uname -m)):" \
            "$(grep -m 1 -o 'No matching distribution found for [^ ]*' "$pip_log")." \
            "A 64-bit system with Python 3.11 to 3.14 has them all." ;;
    *) fail "pip could not install the packages: $(grep -i -m 1 'error:' "$pip_log" || tail -n 1 "$pip_log")" \
        "All it said is in $pip_log." ;;
    esac
}

# Where no wheel of lgpio fits (Python 3.13 on a Pi), the system's python3-lgpio is linked in, which
# may have been installed long after the environment. Its .so is for the system's Python alone.
link_pin_library() {
    local ours prefix suffix
    [ -e "$system_library/lgpio.py" ] || return 0
    for ours in "$venv"/lib/python3.*/site-packages; do
        [ ! -e "$ours/lgpio.py" ] || return 0
    done
    read -r suffix prefix < <("$venv/bin/python" -I -S -c \
        'import _imp, sys; print(_imp.extension_suffixes()[0], sys.base_prefix)')
    [ "$prefix" = "$system_prefix" ] && [ -e "$system_library/_lgpio$suffix" ] || return 0
    ln -sf "$system_library/lgpio.py" "$system_library/_lgpio$suffix" "$ours/"
    say "Linked the system's library for the pins, python3-lgpio, into the environment."
}

install_this_tree() {
    "$venv/bin/python" -m pip install --quiet --no-deps --no-index --no-build-isolation \
        --disable-pip-version-check --editable "$tree" 2>"$pip_log" || explain_pip
    (cd "$tree" && "$venv/bin/python" -m deploy.build_models) ||
        fail "The models could not be built. Run this again; if it fails once more, delete .venv first."
}

offer_system_packages() {
    local name check without kinds
    while IFS='|' read -r name check without kinds; do
        if [ "$kinds" != "$1" ] || $check >/dev/null 2>&1; then continue; fi
        install_system_package "$name" ||
            say "Without the system package $name $without (sudo apt-get install $name)."
    done <<<"$system_packages"
}

has_library() {
    "$venv/bin/python" -c "import ctypes.util, sys; sys.exit(not ctypes.util.find_library('$1'))"
}

install_system_package() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    say "Installing the system package $1 (apt-get install $1)."
    # The lists of a fresh card are months old; without the update its packages are not found.
    { apt-get update && DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends "$1"; } >/dev/null 2>&1 </dev/null 9<&-
}

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$*"
    exit 1
}
