using System.Globalization;
using LiteKube.Benchmarks.Cluster;
using LiteKube.EndToEnd.Tests.Hosts;

namespace LiteKube.Benchmarks.Runtime;

/// <summary>What the engine itself takes on this machine, with a network namespace, a veth pair and an overlay made by one shell; nothing of LiteKube.</summary>
internal sealed class FloorBenchmark : IBenchmark
{
    private const double NanosecondsPerMillisecond = 1e6;

    public string Name => "floor";

    public async Task RunAsync(string directory, Report report)
    {
        await using var cluster = new TestCluster(HostRuntime.Native);
        var host = await cluster.AddHostAsync("floor");
        var script = Path.Combine(directory, "floor.sh");
        await File.WriteAllTextAsync(script, Script);
        foreach (var line in (await host.RunAsync("bash", script, Path.Combine(host.Directory, "floor"))).Split('\n'))
        {
            var (what, values) = (line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..]);
            report.Line(what + ", median", StartBenchmark.Median([.. values.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(v => double.Parse(v, CultureInfo.InvariantCulture) / NanosecondsPerMillisecond)]), "ms");
        }
    }

    private const string Script = """
        set -e
        work=$1; mkdir -p $work/lower/bin; cd $work
        cp "$(command -v busybox)" lower/bin/busybox
        for a in sh sleep true; do ln -s busybox lower/bin/$a; done
        crun spec
        sed -i 's/"terminal": true/"terminal": false/; s/"sh"/"sleep", "1000"/; s/"readonly": true/"readonly": false/' config.json
        sed 's#"type": "network"#"type": "network", "path": "/run/netns/floor"#' config.json >with-network.json
        now() { date +%s%N; }
        bare= all= exec=
        for i in $(seq 25); do
            mkdir -p b$i/rootfs b$i/upper b$i/work
            cp with-network.json b$i/config.json
            s=$(now)
            ip netns add floor
            ip link add v$i type veth peer name eth0 netns floor
            mount -t overlay -o lowerdir=lower,upperdir=b$i/upper,workdir=b$i/work,volatile overlay b$i/rootfs
            m=$(now)
            crun run --detach --bundle b$i f$i </dev/null >/dev/null 2>&1
            e=$(now)
            crun exec f$i true </dev/null >/dev/null 2>&1
            x=$(now)
            crun delete --force f$i
            umount b$i/rootfs; ip link del v$i; ip netns del floor
            all="$all $((e - s))" bare="$bare $((e - m))" exec="$exec $((x - e))"
        done
        echo "crun run with a network namespace, veth and overlay, by a shell:$all"
        echo "  crun run alone:$bare"
        echo "crun exec of true:$exec"
        """;
}
