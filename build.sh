#!/bin/bash
# LiteKube's one build script. ./build.sh without arguments lists the verbs; each may be run again at any time.
set -euo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
ARTIFACTS=$PWD/artifacts
LITEKUBE=$ARTIFACTS/litekube
export KUBECONFIG=${KUBECONFIG:-/etc/litekube/kubeconfig.yaml}

say() { printf '\033[1m== %s\033[0m\n' "$*"; }
die() { printf 'build.sh: %s\n' "$*" >&2; exit 1; }

# Installs the Debian packages that bring the programs named, where they are not there yet. install PROGRAM:PACKAGE...
install() {
    local missing=() pair
    for pair in "$@"; do command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}"); done
    [ ${#missing[@]} = 0 ] && return 0
    [ "$(id -u)" = 0 ] || die "these packages are missing and only root can install them: apt-get install ${missing[*]}"
    say "installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get install -y -q --no-install-recommends "${missing[@]}" >/tmp/litekube-apt.log 2>&1 ||
        { apt-get update -q >>/tmp/litekube-apt.log 2>&1 && apt-get install -y -q --no-install-recommends "${missing[@]}" >>/tmp/litekube-apt.log 2>&1; } ||
        { tail -20 /tmp/litekube-apt.log >&2; die "apt-get could not install ${missing[*]}"; }
}

need_sdk() { command -v dotnet >/dev/null || die "the .NET SDK 10.0.4xx is needed: https://dotnet.microsoft.com/download/dotnet/10.0"; }
# What LiteKube itself needs of a machine.
need_runtime() { install crun:crun conmon:conmon iptables:iptables; }
need_docker() { install docker:docker.io dockerd:docker.io; }
# Test machines, on both runtimes and both firewalls.
need_hosts() { need_runtime; need_docker; install nft:nftables conntrack:conntrack ip:iproute2; }
need_images() { install busybox:busybox-static redis-server:redis-server nginx:nginx-light curl:curl; }
need_kubectl() { install kubectl:kubernetes-client; }

# The clients of tests/LiteKube.EndToEnd.Tests/Clients. client-go comes with its dependencies in the source package that Debian's kubectl is made of.
need_clients() {
    local sources=tests/LiteKube.EndToEnd.Tests/Clients clients=$ARTIFACTS/clients work=/tmp/litekube-client-go
    install go:golang-go npm:npm
    mkdir -p "$clients/node"
    if [ ! "$clients/litekube-client" -nt "$sources/go/main.go" ]; then
        say "building the client of client-go"
        local tree=$work/src/k8s.io/kubernetes
        if [ ! -d "$tree/vendor" ]; then
            debian_source kubernetes "$work/source"
            mkdir -p "$tree"
            tar xzf "$work"/source/kubernetes_*.orig.tar.gz -C "$tree" --strip-components=1
        fi
        mkdir -p "$tree/cmd/litekube-client"
        cp "$sources/go/main.go" "$tree/cmd/litekube-client/"
        (cd "$tree" && GO111MODULE=off GOFLAGS= GOPATH=$work go build -o "$clients/litekube-client" ./cmd/litekube-client)
    fi
    cp "$sources"/node/*.js* "$clients/node/"
    if [ ! "$clients/node/node_modules" -nt "$sources/node/package-lock.json" ]; then
        say "fetching @kubernetes/client-node"
        (cd "$clients/node" && npm ci --no-audit --no-fund --loglevel=error && touch node_modules)
    fi
}
# debian_source PACKAGE DIRECTORY: fetches a source package with package lists of its own; the machine's stay as they are.
debian_source() {
    local apt=$2/apt release
    release=$(. /etc/os-release && echo "$VERSION_CODENAME")
    mkdir -p "$apt/lists/partial"
    echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian $release main" >"$apt/sources.list"
    local options=(-q -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$apt/lists" -o APT::Get::List-Cleanup=0 -o APT::Sandbox::User=root)
    apt-get "${options[@]}" update >/tmp/litekube-apt.log 2>&1 && (cd "$2" && apt-get "${options[@]}" source --download-only "$1" >>/tmp/litekube-apt.log 2>&1) ||
        { tail -20 /tmp/litekube-apt.log >&2; die "apt-get could not fetch the source of $1"; }
}

# The system's docker engine, started where it is not running.
start_docker() {
    docker info >/dev/null 2>&1 && return 0
    say "starting dockerd"
    if [ -d /run/systemd/system ]; then systemctl start docker
    else setsid dockerd >/var/log/dockerd.log 2>&1 </dev/null & fi
    local i
    for i in $(seq 300); do docker info >/dev/null 2>&1 && return 0; sleep 0.1; done
    die "dockerd did not come up; see /var/log/dockerd.log or journalctl -u docker"
}

build() { need_sdk; say "building"; dotnet build LiteKube.sln -c Debug -v q --nologo; }

format() { need_sdk; say "formatting"; dotnet format LiteKube.sln --no-restore "$@"; }

publish() {
    need_sdk
    # Publishing takes a minute or two: only when a source is newer than the executable.
    if [ -x "$LITEKUBE" ] && [ -z "$(find src packaging/pause packaging/private-mounts Directory.Build.props Directory.Packages.props global.json -newer "$LITEKUBE" -type f -not -path '*/obj/*' -not -path '*/bin/*' -print -quit)" ]; then
        say "artifacts/litekube is up to date"
        return 0
    fi
    say "publishing artifacts/litekube"
    dotnet publish src/LiteKube -c Release -v q --nologo -o "$ARTIFACTS/publish"
    # In place of a running executable, never into it.
    install_file "$ARTIFACTS/publish/litekube" "$LITEKUBE"
}
install_file() { cp "$1" "$2.new" && touch "$2.new" && mv "$2.new" "$2"; }

# The sample's images, into what will run them: that is LiteKube's own runtime, but on a machine where Docker ran them before.
load_images() {
    local archive=$ARTIFACTS/images/sample.tar machine known id
    packaging/images/build-images.sh "$archive"
    machine=$("$LITEKUBE" check) || true # what fails there, the server will say
    if grep -q ' engine .*Docker Engine' <<<"$machine"; then
        need_docker; start_docker
        docker load --quiet --input "$archive"
        return 0
    fi
    known=$("$LITEKUBE" images ls)
    for id in $(tar xOf "$archive" ./manifest.json | grep -o '[0-9a-f]\{64\}\.json'); do
        grep -q " ${id:0:12} " <<<"$known" || { "$LITEKUBE" images import --pin "$archive" >/dev/null; return 0; }
    done
}

run() {
    [ "$(id -u)" = 0 ] || die "a cluster needs root: sudo ./build.sh run"
    need_runtime; need_images; need_kubectl; publish; load_images
    if ! kubectl get --raw /readyz >/dev/null 2>&1; then
        say "starting litekube server (log: $ARTIFACTS/litekube.log)"
        setsid "$LITEKUBE" server >"$ARTIFACTS/litekube.log" 2>&1 </dev/null &
        local server=$!
        wait_for 60 "litekube server" "$server" kubectl get --raw /readyz
    fi
    wait_for 60 "a node" "" node_exists
    kubectl wait --for=condition=Ready node --all --timeout=60s
    say "deploying packaging/sample"
    kubectl apply -f packaging/sample/
    local d
    for d in redis web client; do kubectl rollout status "deployment/$d" --timeout=120s; done
    local port address
    port=$(kubectl get service web -o jsonpath='{.spec.ports[0].nodePort}')
    address=$(kubectl get service web -o jsonpath='{.spec.clusterIP}')
    wait_for 30 "the sample" "" curl -sf -o /dev/null "http://$address/"
    say "the cluster is up and the sample answers"
    curl -sSf "http://127.0.0.1:$port/" || die "the sample does not answer on http://127.0.0.1:$port/"
    cat <<TXT

  the sample:   http://127.0.0.1:$port/   (service web, http://$address/ inside the cluster)
  kubectl:      export KUBECONFIG=$KUBECONFIG
  more nodes:   litekube agent --server https://<this machine>:6443 --join \$(cat /var/lib/litekube/server/token)
  stop:         pkill -TERM -x litekube      remove what it made: artifacts/litekube cleanup
TXT
}
node_exists() { [ -n "$(kubectl get nodes -o name 2>/dev/null)" ]; }

# wait_for SECONDS WHAT PID COMMAND...: until the command succeeds; fails at once where the process PID (if any) is gone.
wait_for() {
    local limit=$(($(date +%s) + $1)) what=$2 pid=$3
    shift 3
    until "$@" >/dev/null 2>&1; do
        [ -z "$pid" ] || kill -0 "$pid" 2>/dev/null || { tail -20 "$ARTIFACTS/litekube.log" >&2; die "$what has stopped"; }
        [ "$(date +%s)" -lt "$limit" ] || { [ ! -f "$ARTIFACTS/litekube.log" ] || tail -20 "$ARTIFACTS/litekube.log" >&2; die "$what did not come up in time"; }
        sleep 0.1
    done
}

# Everything: unit, contract, architecture and end-to-end tests. The end-to-end ones make their own hosts: namespaces, some with a dockerd.
run_tests() {
    [ "$(id -u)" = 0 ] || die "the end-to-end tests make network namespaces and containers: run as root"
    need_sdk; need_hosts; need_images; need_kubectl; install docker-registry:docker-registry zstd:zstd openssl:openssl nsenter:util-linux ps:procps
    need_clients
    build
    publish
    local results=$ARTIFACTS/test-results failed=0 project
    rm -rf "$results"; mkdir -p "$results"
    for project in tests/*.Tests; do
        [ "$project" = tests/LiteKube.EndToEnd.Tests ] && continue
        test_project "$project" || failed=1
    done
    test_project tests/LiteKube.EndToEnd.Tests || failed=1
    summary "$results" "$failed"
}
test_project() {
    say "testing $(basename "$1")"
    LITEKUBE=$LITEKUBE LITEKUBE_CLIENTS=$ARTIFACTS/clients dotnet test "$1" --no-build -c Debug --nologo -v q --logger "console;verbosity=minimal" --logger "trx;LogFileName=$(basename "$1").trx" --results-directory "$ARTIFACTS/test-results" --blame-hang-timeout 15m 2>&1 | grep -vE '^\s*$|Test run for|VSTest version|Starting test execution|A total of|Results File' || return 1
    return "${PIPESTATUS[0]}"
}
# The last line of a test run: counts taken from the result files.
summary() {
    local passed=0 bad=0 file counters n
    for file in "$1"/*.trx; do
        [ -f "$file" ] || continue
        counters=$(grep -o '<Counters [^>]*' "$file")
        n=$(grep -o ' passed="[0-9]*"' <<<"$counters" | grep -o '[0-9]*'); passed=$((passed + n))
        n=$(grep -o ' failed="[0-9]*"' <<<"$counters" | grep -o '[0-9]*'); bad=$((bad + n))
    done
    [ "$2" = 0 ] || [ "$bad" -gt 0 ] || bad=1 # a project that crashed counts, though it left no failed test
    echo "$passed passed, $bad failed"
    [ "$bad" = 0 ] && [ "$passed" -gt 0 ]
}

# bench [SUITE...] measures; bench crash [ROUNDS], bench runtime-faults [KILLS], bench power-cut [CUTS] and bench fuzz [SECONDS] are the long runs of what the tests do briefly.
bench() {
    [ "$(id -u)" = 0 ] || die "the benchmarks start a cluster: run as root"
    need_sdk
    case ${1:-} in
    crash) publish; robustness crash --rounds "${2:-200}" --seed "${3:-$RANDOM}"; return ;;
    fuzz) robustness fuzz --seconds "${2:-600}" --seed "${3:-$RANDOM}"; return ;;
    power-cut) dotnet run --project tests/LiteKube.Store.Tests -c Release -- power-cut "${2:-2000}" "${3:-$RANDOM}"; return ;;
    esac
    need_hosts; need_images; need_kubectl; publish
    say "benchmarks"
    local suite
    for suite in ${@:-cluster runtime images store api}; do LITEKUBE=$LITEKUBE dotnet run --project tests/LiteKube.Benchmarks -c Release -- "$suite"; done
}
robustness() { LITEKUBE=$LITEKUBE dotnet run --project tests/LiteKube.Robustness.Tests -c Release -- "$@"; }

clean() {
    say "removing build outputs"
    rm -rf artifacts
    find src tests -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} +
}

case ${1:-} in
build | publish | run | clean) "$1" ;;
bench | format) "$@" ;;
test) run_tests ;;
*)
    cat <<'TXT'
usage: ./build.sh VERB
  build     compile everything
  run       install what is missing, start a cluster on this machine, deploy the sample, print how to reach it
  test      all tests, the ones with real containers included; the last line counts them
  publish   make artifacts/litekube, the one file that is LiteKube
  bench     measure speed and size (figures: docs/PERFORMANCE.md); bench crash, runtime-faults, power-cut, fuzz: long runs that look for what breaks
  format    put the sources in the agreed format
  clean     remove build outputs (a running cluster and its data are untouched)
TXT
    [ -z "${1:-}" ] || exit 2
    ;;
esac
