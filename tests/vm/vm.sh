#!/bin/bash
# A small virtual machine for trying LiteKube where most of its users are: systemd as the first process, cgroup v2 alone, a disk that power cuts hit.
# vm.sh VERB: image (make the disk once), up, run COMMAND..., put FILE PATH, restart, cut, down, clean. Nothing of it needs a network but `image`.
set -euo pipefail
cd "$(dirname "$0")/../.."
state=${LITEKUBE_VM:-$PWD/artifacts/vm}
memory=${LITEKUBE_VM_MEMORY:-2048} processors=${LITEKUBE_VM_PROCESSORS:-1}
packages=systemd,systemd-sysv,udev,dbus,linux-image-cloud-amd64,openssh-server,iproute2,kmod,procps,util-linux,curl,jq,crun,runc,conmon,iptables,nftables,docker.io
mkdir -p "$state"

die() { printf 'vm.sh: %s\n' "$*" >&2; exit 1; }
need() {
    local pair missing=()
    for pair in "$@"; do command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}"); done
    [ ${#missing[@]} = 0 ] || die "missing: apt-get install --no-install-recommends ${missing[*]}"
}

# The disk that every machine starts from: nothing of LiteKube is on it.
image() {
    need mmdebstrap:mmdebstrap qemu-img:qemu-utils mke2fs:e2fsprogs ssh-keygen:openssh-client
    [ "$(id -u)" = 0 ] || die "making the image needs root"
    [ ! -f "$state/base.qcow2" ] || return 0
    local root=$state/root
    rm -rf "$root"
    mmdebstrap --quiet --variant=minbase --include="$packages" "${LITEKUBE_VM_RELEASE:-bookworm}" "$root"
    cp "$root"/boot/vmlinuz-* "$state/vmlinuz"
    cp "$root"/boot/initrd.img-* "$state/initrd"
    [ -f "$state/key" ] || ssh-keygen -q -t ed25519 -N '' -f "$state/key"
    install -D -m 600 "$state/key.pub" "$root/root/.ssh/authorized_keys"
    echo litekube-vm >"$root/etc/hostname"
    printf '127.0.0.1 localhost litekube-vm\n' >"$root/etc/hosts"
    printf '/dev/vda / ext4 defaults 0 1\n' >"$root/etc/fstab"
    # The first interface is the tester's way in, the second the machine's own.
    printf '[Match]\nName=eth0\n[Network]\nDHCP=ipv4\n[DHCPv4]\nUseRoutes=no\nUseDNS=no\n' >"$root/etc/systemd/network/10-eth0.network"
    printf '[Match]\nName=eth1\n[Network]\nAddress=10.9.0.10/24\nGateway=10.9.0.2\n' >"$root/etc/systemd/network/20-eth1.network"
    printf 'nameserver 10.9.0.3\n' >"$root/etc/resolv.conf"
    chroot "$root" systemctl -q enable systemd-networkd ssh
    chroot "$root" systemctl -q disable docker.service docker.socket containerd.service
    : >"$root/etc/machine-id"
    rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/*
    rm -f "$state/base.raw"
    mke2fs -q -t ext4 -L root -d "$root" "$state/base.raw" 12G
    qemu-img convert -O qcow2 "$state/base.raw" "$state/base.qcow2.new"
    rm -rf "$root" "$state/base.raw"
    mv "$state/base.qcow2.new" "$state/base.qcow2"
}

running() { [ -f "$state/pid" ] && kill -0 "$(cat "$state/pid")" 2>/dev/null; }

# Boots what is on the disk; `fresh` starts from the base image. Where /dev/kvm does not work it is slow, not different.
up() {
    need qemu-system-x86_64:qemu-system-x86 qemu-img:qemu-utils ssh:openssh-client
    ! running || die "it runs already"
    [ -f "$state/base.qcow2" ] || die "no image: vm.sh image"
    if [ "${1:-}" = fresh ] || [ ! -f "$state/disk.qcow2" ]; then
        qemu-img create -q -f qcow2 -F qcow2 -b "$state/base.qcow2" "$state/disk.qcow2"
    fi
    local way="tcg,thread=multi,tb-size=512" cpu=max
    # A device alone says little: some hypervisors show it to guests whose processor cannot use it.
    if [ -w /dev/kvm ] && grep -qwE 'vmx|svm' /proc/cpuinfo; then way=kvm cpu=host; fi
    rm -f "$state/pid" "$state/monitor"
    : >"$state/port"
    # A port that is free now; qemu's own port 0 tells nobody what it took.
    local port
    for port in $(shuf -i 20000-29999 -n 50); do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port" >"$state/port"
    qemu-system-x86_64 -accel "$way" -cpu "$cpu" -smp "$processors" -m "$memory" -display none -nodefaults -daemonize -pidfile "$state/pid" \
        -kernel "$state/vmlinuz" -initrd "$state/initrd" -append "root=/dev/vda rw console=ttyS0 net.ifnames=0 systemd.unified_cgroup_hierarchy=1 panic=5" \
        -drive "file=$state/disk.qcow2,if=virtio,cache=writeback,discard=unmap" -object rng-random,id=rng,filename=/dev/urandom -device virtio-rng-pci,rng=rng \
        -netdev "user,id=way,restrict=on,hostfwd=tcp:127.0.0.1:$port-:22" -device virtio-net-pci,netdev=way,mac=52:54:00:00:00:01 \
        -netdev user,id=own,net=10.9.0.0/24,host=10.9.0.2,restrict=on -device virtio-net-pci,netdev=own,mac=52:54:00:00:00:02 \
        -serial "file:$state/console.log" -monitor "unix:$state/monitor,server=on,wait=off" 8>&- 9>&-
    reachable
}

reachable() {
    local i
    for i in $(seq 300); do
        running || die "it has stopped; see $state/console.log"
        ! answers || return 0
        sleep 1
    done
    die "nothing answers; see $state/console.log"
}
answers() { remote -o ConnectTimeout=5 true 2>/dev/null; }
remote() {
    local options=()
    while [ "${1:-}" = -o ]; do options+=(-o "$2"); shift 2; done
    ssh -q -i "$state/key" -p "$(cat "$state/port")" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ServerAliveInterval=5 -o ServerAliveCountMax=6 "${options[@]}" root@127.0.0.1 "$@"
}
put() { remote "cat >'$2.new' && chmod $(stat -c %a "$1") '$2.new' && mv '$2.new' '$2'" <"$1"; }

# An orderly reboot.
restart() {
    local before i
    before=$(remote cat /proc/sys/kernel/random/boot_id)
    remote systemctl reboot || true
    for i in $(seq 300); do
        sleep 1
        [ "$(remote -o ConnectTimeout=5 cat /proc/sys/kernel/random/boot_id 2>/dev/null || echo "$before")" = "$before" ] || return 0
    done
    die "it did not come back; see $state/console.log"
}

# The power goes, and comes back. What the guest had not flushed to its disk is gone.
cut() {
    running || die "it does not run"
    kill -9 "$(cat "$state/pid")"
    gone
    up
}

down() {
    running || return 0
    remote systemctl poweroff || true
    local i
    for i in $(seq 60); do running || return 0; sleep 1; done
    kill -9 "$(cat "$state/pid")"
    gone
}
gone() { while running; do sleep 0.1; done; rm -f "$state/pid"; }

case ${1:-} in
image | up | put | restart | cut | down) "$@" ;;
run) shift; remote "$@" ;;
clean) ! running || { kill -9 "$(cat "$state/pid")"; gone; }; rm -rf "$state" ;;
*) echo "usage: vm.sh image | up [fresh] | run COMMAND... | put FILE PATH | restart | cut | down | clean" >&2; exit 2 ;;
esac
