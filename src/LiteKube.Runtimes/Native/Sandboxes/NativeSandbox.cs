using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Kernel;
using LiteKube.Runtimes.Native.State;

namespace LiteKube.Runtimes.Native.Sandboxes;

/// <summary>A sandbox in memory: its record, and what must not happen to it at once.</summary>
internal sealed class NativeSandbox(SandboxRecord record, SandboxPaths paths) : IDisposable
{
    private volatile SandboxRecord _record = record;

    /// <summary>Being removed, and past the point where it has anything of its own in the pod's cgroup.</summary>
    public bool IsGoing { get; set; }

    public SandboxRecord Record => _record;

    public SandboxPaths Paths => paths;

    public SemaphoreSlim Gate { get; } = new(1, 1);

    /// <summary>The pod's first process, where it has one.</summary>
    public KnownProcess? FirstProcess { get; set; }

    /// <summary>Written before it counts, so that a new process knows no less.</summary>
    public void Save(SandboxRecord record)
    {
        RecordFile.Write(paths.Record, record, StateJson.Default.SandboxRecord);
        _record = record;
    }

    public SandboxStatus ToStatus()
    {
        var record = _record;
        return new SandboxStatus(record.Id, record.Pod, record.Attempt, record.Ready, record.CreatedAt, record.Ready && !record.HostNetwork ? paths.Namespace("net") : null, record.Ready ? record.Pid : 0);
    }

    public void Dispose()
    {
        FirstProcess?.Dispose();
        Gate.Dispose();
    }
}
