#!/bin/bash
# What only a whole machine shows, on the virtual machine of vm.sh: systemd, cgroup v2, reboots, power cuts, clocks and addresses that change.
# trial.sh [STEP...]: the steps named, or all in order; each goes on from what is there (`vm.sh up fresh` for a new machine). Needs artifacts/litekube
# and kubectl. Each thing looked at is a line, held or BROKE; the exit code says whether anything broke.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
repository=$here/../..
export LITEKUBE_VM=${LITEKUBE_VM:-$repository/artifacts/vm}
broke=0
vm() { "$here/vm.sh" "$@"; }
guest() { vm run "export KUBECONFIG=/etc/litekube/kubeconfig.yaml; $1"; }
k() { guest "kubectl $*"; }

# holds WHAT COMMAND: at once. comes WHAT COMMAND: within ten minutes, for machines without KVM.
holds() { if guest "$2" >/dev/null 2>&1; then echo "held   $1"; else echo "BROKE  $1"; broke=1; fi; }
comes() { holds "$1" "for i in \$(seq 300); do if $2; then exit 0; fi; sleep 2; done; exit 1"; }
ready() { comes "the node is Ready" "kubectl get nodes | grep -q ' Ready '"; }

install() {
    local unit
    "$repository/packaging/images/build-images.sh" "$LITEKUBE_VM/sample.tar"
    vm put "${LITEKUBE:-$repository/artifacts/litekube}" /usr/local/bin/litekube
    vm put "$(command -v kubectl)" /usr/local/bin/kubectl
    guest "mkdir -p /var/lib/litekube/agent/images /etc/litekube"
    vm put "$LITEKUBE_VM/sample.tar" /var/lib/litekube/agent/images/sample.tar
    for unit in server agent; do vm put "$repository/packaging/systemd/litekube-$unit.service" "/etc/systemd/system/litekube-$unit.service"; done
    holds "the machine has what it takes" "litekube check"
    guest "systemctl daemon-reload; systemctl enable litekube-server; systemctl restart litekube-server"
    holds "the unit is ready" "systemctl is-active litekube-server"
    ready
    pods
}

# One that counts its starts on the machine's disk, with a first process that does not heed SIGTERM.
pods() {
    guest "kubectl apply -f -" <<'Y'
apiVersion: v1
kind: Pod
metadata: { name: counted }
spec:
  terminationGracePeriodSeconds: 2
  containers:
  - name: c
    image: sample/busybox:1
    command: ["sh", "-c", "echo start >> /machine/starts; while :; do sleep 1; done"]
    resources: { requests: { cpu: 50m, memory: 32Mi }, limits: { cpu: 200m, memory: 64Mi } }
    volumeMounts: [{ name: machine, mountPath: /machine }]
  volumes: [{ name: machine, hostPath: { path: /var/lib/counted, type: DirectoryOrCreate } }]
Y
    comes "a pod runs" "kubectl get pod counted | grep -q Running"
}
starts() { guest "wc -l </var/lib/counted/starts"; }
own='cd /sys/fs/cgroup/litekube/pod$(kubectl get pod counted -o jsonpath={.metadata.uid})/*/'

limits() {
    holds "memory, swap, processor, one end for all" "$own && [ \"\$(cat memory.max memory.swap.max cpu.max memory.oom.group | tr '\n' ' ')\" = '67108864 0 20000 100000 1 ' ]"
    holds "statistics" "kubectl get --raw /api/v1/nodes/litekube-vm/proxy/stats/summary | jq -e '.pods[] | select(.podRef.name == \"counted\") | .containers[0].memory.workingSetBytes > 0'"
    k "patch pod counted --subresource resize -p '{\"spec\":{\"containers\":[{\"name\":\"c\",\"resources\":{\"limits\":{\"cpu\":\"300m\",\"memory\":\"80Mi\"}}}]}}'" >/dev/null
    comes "resize in place" "($own && grep -q 83886080 memory.max && grep -q '^30000 ' cpu.max)"
    holds "devices after a resize, and exec" "kubectl exec counted -- sh -c 'echo x >/dev/null'"
    guest "systemctl daemon-reload; systemctl daemon-reexec"
    holds "systemd leaves limits alone" "$own && grep -q 83886080 memory.max && grep -q '^30000 ' cpu.max && grep -q . cgroup.procs"
    k "run oom --image=sample/busybox:1 --restart=Never --overrides='{\"spec\":{\"containers\":[{\"name\":\"oom\",\"image\":\"sample/busybox:1\",\"command\":[\"sh\",\"-c\",\"tail /dev/zero; sleep 1000\"],\"resources\":{\"limits\":{\"memory\":\"16Mi\",\"cpu\":\"100m\"}}}]}}'" >/dev/null
    comes "OOMKilled" "kubectl get pod oom | grep -q OOMKilled"
    k "delete pod oom" >/dev/null
    comes "no cgroup of a deleted pod is left" "[ \$(ls -d /sys/fs/cgroup/litekube/*/ | wc -l) = \$(kubectl get pods -A --no-headers | wc -l) ]"
}

service() {
    local before
    before=$(starts)
    guest "systemctl stop litekube-server"
    holds "pods go on without LiteKube" "pgrep -f /machine/starts"
    guest "systemctl start litekube-server"
    ready
    guest 'kill -9 $(systemctl show -p MainPID --value litekube-server)'
    sleep 5
    ready
    holds "nothing was started again" "[ \$(wc -l </var/lib/counted/starts) = $before ]"
}

reboot() {
    local before
    before=$(starts)
    vm restart
    ready
    comes "each pod was started once more" "[ \$(wc -l </var/lib/counted/starts) = $((before + 1)) ] && [ \$(kubectl get pod counted -o jsonpath={.status.phase}) = Running ]"
}

# The power goes while writes are acknowledged, an image is imported and pods start.
power() {
    local written
    k "create deployment many --image=sample/web:1 --replicas=5" >/dev/null
    : >"$LITEKUBE_VM/acknowledged"
    (guest 'for i in $(seq 100000); do kubectl create configmap cut-$i >/dev/null && echo $i; done' >"$LITEKUBE_VM/acknowledged") &
    guest "litekube images import /var/lib/litekube/agent/images/sample.tar" >/dev/null &
    until [ "$(wc -l <"$LITEKUBE_VM/acknowledged")" -ge "${CUT_AFTER:-5}" ]; do sleep 1; done
    vm cut
    wait
    written=$(wc -l <"$LITEKUBE_VM/acknowledged")
    ready
    holds "all $written acknowledged writes are there" "[ \$(kubectl get configmaps -o name | grep -c /cut-) -ge $written ]"
    holds "images are whole" "litekube images ls | grep -q sample/web"
    comes "all pods run" "[ \$(kubectl get pods --no-headers | grep -c ' Running ') = 6 ]"
    k "delete deployment many" >/dev/null
}

clock() {
    local hours before
    before=$(starts)
    for hours in 5 -9; do
        guest "date -s '$hours hours'" >/dev/null
        sleep 30
        ready
        k "run after$hours --image=sample/busybox:1 --restart=Never -- true" >/dev/null
        comes "a pod runs after the clock was set by $hours h" "kubectl get pod after$hours | grep -q Completed"
        k "delete pod after$hours" >/dev/null
    done
    holds "nothing was started again" "[ \$(wc -l </var/lib/counted/starts) = $before ]"
    guest "date -s '4 hours'" >/dev/null
}

address() {
    guest "ip address add 10.9.0.77/24 dev eth1; ip address del 10.9.0.10/24 dev eth1; ip route replace default via 10.9.0.2 dev eth1"
    comes "the node has the new address" "kubectl get nodes -o wide | grep -q 10.9.0.77"
    comes "the API's endpoint, too" "kubectl get endpointslices kubernetes -o yaml | grep -q 10.9.0.77"
    holds "the certificate names it" "curl -sS --cacert /var/lib/litekube/server/tls/server-ca.crt https://10.9.0.77:6443/livez"
    guest "ip address add 10.9.0.10/24 dev eth1; ip address del 10.9.0.77/24 dev eth1; ip route replace default via 10.9.0.2 dev eth1"
}

disk() {
    guest "fallocate -l \$(df --output=avail -B1 / | tail -1) /filler; dd if=/dev/zero of=/filler2 bs=64k 2>/dev/null; true"
    holds "a full disk is told as an error, and reads go on" "! kubectl create configmap full --from-literal=a=\$(head -c 200000 /dev/zero | tr '\\0' x) && kubectl get nodes"
    guest "rm -f /filler /filler2"
    comes "with room it is written" "kubectl create configmap full"
    ready
}

engines() {
    local engine
    for engine in native:/usr/bin/runc docker native; do
        k "delete pod counted" >/dev/null
        [ "${engine%%:*}" = native ] || guest "systemctl start docker; for i in \$(seq 100); do docker info >/dev/null 2>&1 && break; sleep 1; done; docker load -qi /var/lib/litekube/agent/images/sample.tar" >/dev/null
        guest "systemctl stop litekube-server; litekube cleanup >/dev/null; printf 'runtime: ${engine%%:*}\n' >/etc/litekube/config.yaml"
        [ "$engine" != native:/usr/bin/runc ] && guest "[ ! -f /usr/bin/crun.aside ] || mv /usr/bin/crun.aside /usr/bin/crun" || guest "mv /usr/bin/crun /usr/bin/crun.aside"
        guest "systemctl start litekube-server"
        ready
        echo "       runtime: $(k "get nodes -o jsonpath={.items[0].status.nodeInfo.containerRuntimeVersion}") ${engine#*:}"
        pods
        holds "exec" "kubectl exec counted -- true"
    done
}

for step in ${@:-install limits service reboot power clock address disk engines}; do
    echo "== $step"
    "$step"
done
exit "$broke"
