#!/bin/bash
# Makes the sample's images out of Debian's own programs: no registry and no container engine is needed.
#   sample/busybox:1   a shell and its tools        sample/web:1   nginx, and curl        sample/redis:1   redis
# build-images.sh FILE   writes all three as one archive, which `docker load` and `litekube images import` read.
# The same programs give the same bytes. Nothing is done where FILE is newer than all that it is made of.
set -euo pipefail
archive=${1:?build-images.sh FILE}
programs=(/usr/bin/busybox /usr/sbin/nginx /usr/bin/curl /usr/bin/redis-server /usr/bin/redis-cli)
for program in "${programs[@]}"; do [ -x "$program" ] || { echo "build-images.sh: $program is missing" >&2; exit 1; }; done

# By the time of change, not the time of writing: a package brings the latter along.
[ ! -f "$archive" ] || [ -n "$(find "$0" "${programs[@]}" -newercm "$archive")" ] || exit 0

umask 022
mkdir -p "$(dirname "$archive")"
# Beside the archive, so that it takes its name at once and whole.
work=$(mktemp -d "$archive.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/image"
case $(uname -m) in x86_64) architecture=amd64 ;; aarch64) architecture=arm64 ;; *) architecture=$(uname -m) ;; esac

# copy_libraries ROOT PROGRAM...: the shared libraries that the programs need.
copy_libraries() {
    local root=$1 library
    shift
    ldd "$@" 2>/dev/null | grep -o '/[^ ]*\.so[^ ]*' | sort -u | while read -r library; do
        mkdir -p "$root$(dirname "$library")"
        cp -L "$library" "$root$library"
    done
}

busybox_root() {
    local applet
    mkdir -p "$1"/{bin,etc,tmp,run,var/run,var/log,root,dev,proc,sys}
    chmod 1777 "$1/tmp"
    cp /usr/bin/busybox "$1/bin/busybox"
    for applet in $(busybox --list); do [ "$applet" = busybox ] || ln -sf busybox "$1/bin/$applet"; done
    printf 'root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33::/:/bin/false\nredis:x:100:100::/:/bin/false\nnobody:x:65534:65534::/:/bin/false\n' >"$1/etc/passwd"
    printf 'root:x:0:\nwww-data:x:33:\nredis:x:100:\nnogroup:x:65534:\n' >"$1/etc/group"
    printf 'passwd: files\ngroup: files\nhosts: files dns\n' >"$1/etc/nsswitch.conf"
}

web_root() {
    local library
    mkdir -p "$1"/{bin,usr/sbin,etc/nginx/conf.d,var/log/nginx,var/lib/nginx,usr/share/nginx/html}
    cp /usr/sbin/nginx "$1/usr/sbin/"
    # A client that speaks TLS as browsers do; busybox's does not.
    cp /usr/bin/curl "$1/bin/"
    cp /etc/nginx/mime.types "$1/etc/nginx/"
    copy_libraries "$1" /usr/sbin/nginx /usr/bin/curl
    for library in /lib/*-linux-gnu/libnss_files.so.2; do
        mkdir -p "$1$(dirname "$library")"
        cp -L "$library" "$1$library"
    done
    cat >"$1/etc/nginx/nginx.conf" <<'C'
user root; worker_processes 1; pid /run/nginx.pid; error_log stderr; daemon off;
events { worker_connections 512; }
http { include mime.types; access_log /dev/stdout; include /etc/nginx/conf.d/*.conf; }
C
    printf 'server { listen 80; location / { root /usr/share/nginx/html; } location = /healthz { return 200 "ok\\n"; } }\n' >"$1/etc/nginx/conf.d/default.conf"
    echo 'welcome' >"$1/usr/share/nginx/html/index.html"
}

redis_root() {
    mkdir -p "$1"/{usr/bin,data}
    cp -L /usr/bin/redis-server /usr/bin/redis-cli "$1/usr/bin/"
    copy_libraries "$1" /usr/bin/redis-server /usr/bin/redis-cli
}

digest() { sha256sum "$1" | cut -d ' ' -f 1; }

archived() { tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --format=gnu -C "$1" -cf - .; }

# make_layer NAME: the layer's digest.
make_layer() {
    "${1}_root" "$work/root"
    archived "$work/root" >"$work/layer"
    rm -rf "$work/root"
    local id
    id=$(digest "$work/layer")
    mkdir "$work/image/$id"
    mv "$work/layer" "$work/image/$id/layer.tar"
    echo "$id"
}

# make_image NAME CONFIG LAYER...: its line in the manifest.
make_image() {
    local name=$1 config=$2 ids paths
    shift 2
    ids=$(printf ',"sha256:%s"' "$@") paths=$(printf ',"%s/layer.tar"' "$@")
    printf '{"architecture":"%s","os":"linux","created":"1970-01-01T00:00:00Z","config":%s,"rootfs":{"type":"layers","diff_ids":[%s]}}' "$architecture" "$config" "${ids:1}" >"$work/config"
    config=$(digest "$work/config").json
    mv "$work/config" "$work/image/$config"
    printf '{"Config":"%s","RepoTags":["sample/%s:1"],"Layers":[%s]}' "$config" "$name" "${paths:1}"
}

base=$(make_layer busybox) web=$(make_layer web) redis=$(make_layer redis)
path='"Env":["PATH=/bin:/usr/bin:/usr/sbin"]'
printf '[%s,%s,%s]' \
    "$(make_image busybox "{$path,\"Cmd\":[\"/bin/sh\"]}" "$base")" \
    "$(make_image web "{$path,\"Cmd\":[\"nginx\"],\"ExposedPorts\":{\"80/tcp\":{}}}" "$base" "$web")" \
    "$(make_image redis "{$path,\"Cmd\":[\"redis-server\",\"--protected-mode\",\"no\",\"--save\",\"\"],\"WorkingDir\":\"/data\",\"ExposedPorts\":{\"6379/tcp\":{}}}" "$base" "$redis")" \
    >"$work/image/manifest.json"
archived "$work/image" >"$work/archive"
mv "$work/archive" "$archive"
