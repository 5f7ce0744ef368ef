#!/bin/bash
# A machine for a test: namespaces of its own for network, mounts, processes, host name, IPC and cgroups, and, if asked for, its own dockerd.
# Hosts of one fabric are joined by a switch, which is a bridge in a network namespace of its own, so that the real machine's firewall plays no part.
#   host.sh up FABRIC HOST INDEX [dockerd]
#                                    makes the switch where it is missing, and host INDEX (address 192.168.77.INDEX) behind it; returns when it is up
#   host.sh run FABRIC HOST COMMAND  runs a command inside
#   host.sh cut|heal FABRIC HOST     unplugs its cable; plugs it in again
#   host.sh down FABRIC              ends all hosts of the fabric and removes what was made
set -u
verb=$1 fabric=$2 host=${3:-}
state=/tmp/litekube-hosts/$fabric/$host
switch=lks-$fabric
netns=lkh-$fabric-$host
v1="cpu cpuacct cpuset memory devices freezer blkio pids systemd"
unified() { [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ]; }
cgroup_dirs() { if unified; then echo "/sys/fs/cgroup/$netns"; else for c in $v1; do echo "/sys/fs/cgroup/$c/$netns"; done; fi; }
# Where cgroups have one tree, the host's own processes are in a leaf of it: what bounds children cannot have processes, too.
leave_root_cgroup() {
    local p c
    mkdir -p "$1/init"
    for p in $(cat "$1/cgroup.procs"); do echo "$p" >"$1/init/cgroup.procs" 2>/dev/null; done
    for c in $(cat "$1/cgroup.controllers"); do echo "+$c" >"$1/cgroup.subtree_control" 2>/dev/null; done
}
enter_cgroups() { local d; for d in $(cgroup_dirs); do [ ! -d "$d/init" ] || d=$d/init; echo "$BASHPID" >"$d/cgroup.procs" 2>/dev/null; done; }

up() {
    local index=$1 engine=${2:-} port=p-$host d
    mkdir -p "$state"
    if [ ! -e "/run/netns/$switch" ]; then
        ip netns add "$switch"
        ip -n "$switch" link set lo up
        ip -n "$switch" link add sw0 type bridge
        ip -n "$switch" link set sw0 up
        ip netns exec "$switch" sysctl -qw net.bridge.bridge-nf-call-iptables=0 2>/dev/null
    fi
    ip netns add "$netns"
    ip -n "$switch" link add "$port" type veth peer name eth0 netns "$netns"
    ip -n "$switch" link set "$port" master sw0 up
    for d in $(cgroup_dirs); do mkdir -p "$d"; done
    if ! unified; then
        for f in cpus mems; do cat "/sys/fs/cgroup/cpuset/cpuset.$f" >"/sys/fs/cgroup/cpuset/$netns/cpuset.$f"; done
        echo 1 >"/sys/fs/cgroup/cpuset/$netns/cgroup.clone_children"
    fi
    init_script "$index" "$engine" >"$state/init.sh"
    # Into the cgroups first, so that the cgroup namespace has its root there.
    (
        enter_cgroups
        exec setsid nsenter --net="/run/netns/$netns" unshare -m -u -i -C -p -f --kill-child \
            bash -c "read -r p _ </proc/self/stat; echo \$p >'$state/pid'; exec bash '$state/init.sh'" </dev/null >"$state/init.log" 2>&1 &
    )
    local i
    for i in $(seq 600); do
        if [ -e "$state/up" ] && { [ -z "$engine" ] || DOCKER_HOST=unix://$state/docker.sock docker info >/dev/null 2>&1; }; then
            ! unified || leave_root_cgroup "/sys/fs/cgroup/$netns"
            return 0
        fi
        sleep 0.1
    done
    tail -20 "$state"/*.log >&2
    return 1
}

# Runs as process 1 of the host.
init_script() {
    cat <<I
set -e
mount --make-rprivate /
hostname $host
mount -t proc proc /proc
mount -t tmpfs tmpfs /run; mkdir -p /run/lock /run/docker
mount -t sysfs sysfs /sys
if [ $(unified && echo 1 || echo 0) = 1 ]; then
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
else
    mount -t tmpfs -o mode=755 cgroup /sys/fs/cgroup
    for c in cpu cpuacct cpuset memory devices freezer blkio pids; do mkdir /sys/fs/cgroup/\$c; mount -t cgroup -o \$c cgroup /sys/fs/cgroup/\$c; done
    mkdir /sys/fs/cgroup/systemd; mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd
fi
# A resolver that refuses at once: a host without the Internet.
echo nameserver 127.0.0.1 >/run/resolv.conf; mount --bind /run/resolv.conf /etc/resolv.conf
ip link set lo up
ip addr replace 192.168.77.$1/24 dev eth0
ip link set eth0 up
ip route replace default via 192.168.77.254 2>/dev/null || true
$([ -z "$2" ] || dockerd_line)
touch '$state/up'
trap 'kill \$(jobs -p); wait; exit 0' TERM
# Process 1 reaps whatever is left to it.
while :; do wait -n || true; sleep 0.2 & wait \$!; done
I
}

dockerd_line() {
    echo "dockerd --data-root $state/docker --exec-root /run/docker --pidfile /run/docker.pid -H unix://$state/docker.sock -H unix:///run/docker.sock" \
        "--storage-driver overlay2 --insecure-registry 127.0.0.1:5000 >$state/dockerd.log 2>&1 &"
}

run() {
    (
        enter_cgroups
        exec nsenter -t "$(cat "$state/pid")" -n -m -p -u -i -C -- "$@"
    )
}

down() {
    local dir pids
    for dir in "/tmp/litekube-hosts/$fabric"/*/; do
        host=$(basename "$dir") state=${dir%/} netns=lkh-$fabric-$(basename "$dir")
        [ -f "$state/pid" ] && kill -9 "$(cat "$state/pid")" 2>/dev/null
        for _ in $(seq 100); do kill -0 "$(cat "$state/pid" 2>/dev/null)" 2>/dev/null || break; sleep 0.1; done
        for d in $(cgroup_dirs); do
            for _ in $(seq 50); do
                pids=$(find "$d" -name cgroup.procs -exec cat {} + 2>/dev/null)
                [ -z "$pids" ] && break
                kill -9 $pids 2>/dev/null
                sleep 0.1
            done
            find "$d" -depth -type d -exec rmdir {} \; 2>/dev/null
        done
        ip netns del "$netns" 2>/dev/null
    done
    ip netns del "$switch" 2>/dev/null
    for _ in $(seq 20); do rm -rf "/tmp/litekube-hosts/$fabric" 2>/dev/null && break; sleep 0.2; done
    return 0
}

shift; shift; [ $# -gt 0 ] && shift
case $verb in
up) up "$@" ;;
run) run "$@" ;;
cut) ip -n "$switch" link set "p-$host" down ;;
heal) ip -n "$switch" link set "p-$host" up ;;
down) down ;;
*) sed -n 2,9p "$0"; exit 2 ;;
esac
