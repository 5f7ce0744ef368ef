#!/bin/bash
# Makes the sample's images out of Debian's own programs, so that no registry is needed:
#   sample/busybox:1   a shell and its tools        sample/web:1   nginx, and curl        sample/redis:1   redis
# build-images.sh          into the Docker Engine that DOCKER_HOST names, where they are not there yet
# build-images.sh FILE     as one archive for `docker load`
set -euo pipefail
target=${1:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# copy_libraries ROOT PROGRAM...: the shared libraries that the programs need.
copy_libraries() {
    local root=$1 library
    shift
    ldd "$@" 2>/dev/null | grep -o '/[^ ]*\.so[^ ]*' | sort -u | while read -r library; do
        mkdir -p "$root$(dirname "$library")"
        cp -L "$library" "$root$library"
    done
}

base() {
    local root=$1 applet
    mkdir -p "$root"/{bin,etc,tmp,run,var/run,var/log,root,dev,proc,sys}
    chmod 1777 "$root/tmp"
    cp "$(command -v busybox)" "$root/bin/busybox"
    for applet in $(busybox --list); do [ "$applet" = busybox ] || ln -sf busybox "$root/bin/$applet"; done
    printf 'root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33::/:/bin/false\nredis:x:100:100::/:/bin/false\nnobody:x:65534:65534::/:/bin/false\n' >"$root/etc/passwd"
    printf 'root:x:0:\nwww-data:x:33:\nredis:x:100:\nnogroup:x:65534:\n' >"$root/etc/group"
    printf 'passwd: files\ngroup: files\nhosts: files dns\n' >"$root/etc/nsswitch.conf"
}

busybox_root() { base "$1"; }

web_root() {
    base "$1"
    mkdir -p "$1"/{usr/sbin,etc/nginx,var/log/nginx,var/lib/nginx,usr/share/nginx/html}
    cp /usr/sbin/nginx "$1/usr/sbin/"
    # A client that speaks TLS as browsers do; busybox's does not.
    cp /usr/bin/curl "$1/bin/"
    cp /etc/nginx/mime.types "$1/etc/nginx/"
    copy_libraries "$1" /usr/sbin/nginx /usr/bin/curl
    mkdir -p "$1/lib/x86_64-linux-gnu"
    cp -L /lib/*-linux-gnu/libnss_files.so.2 "$1/lib/x86_64-linux-gnu/" 2>/dev/null || true
    cat >"$1/etc/nginx/nginx.conf" <<'C'
user root; worker_processes 1; pid /run/nginx.pid; error_log stderr; daemon off;
events { worker_connections 512; }
http { include mime.types; access_log /dev/stdout; include /etc/nginx/conf.d/*.conf; }
C
    mkdir -p "$1/etc/nginx/conf.d"
    printf 'server { listen 80; location / { root /usr/share/nginx/html; } location = /healthz { return 200 "ok\\n"; } }\n' >"$1/etc/nginx/conf.d/default.conf"
    echo 'welcome' >"$1/usr/share/nginx/html/index.html"
}

redis_root() {
    base "$1"
    mkdir -p "$1"/{usr/bin,data}
    chown 100:100 "$1/data"
    cp -L /usr/bin/redis-server /usr/bin/redis-cli "$1/usr/bin/"
    copy_libraries "$1" /usr/bin/redis-server /usr/bin/redis-cli
}

# make NAME 'DOCKERFILE CHANGES'
make_image() {
    local name=$1
    shift
    docker image inspect "sample/$name:1" >/dev/null 2>&1 && return 0
    "${name}_root" "$work/$name"
    tar -C "$work/$name" -c . | docker import "$@" - "sample/$name:1" >/dev/null
    rm -rf "${work:?}/$name"
}

make_image busybox -c 'ENV PATH=/bin:/usr/bin:/usr/sbin' -c 'CMD ["/bin/sh"]'
make_image web -c 'ENV PATH=/bin:/usr/bin:/usr/sbin' -c 'EXPOSE 80' -c 'CMD ["nginx"]'
make_image redis -c 'ENV PATH=/bin:/usr/bin' -c 'WORKDIR /data' -c 'EXPOSE 6379' -c 'CMD ["redis-server","--protected-mode","no","--save",""]'
[ -z "$target" ] || docker save -o "$target" sample/busybox:1 sample/web:1 sample/redis:1
