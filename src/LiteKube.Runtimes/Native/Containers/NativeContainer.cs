using LiteKube.Runtimes.Native.Kernel;
using LiteKube.Runtimes.Native.Spec;
using LiteKube.Runtimes.Native.State;

namespace LiteKube.Runtimes.Native.Containers;

/// <summary>A container in memory: its record, and its processes while it runs.</summary>
internal sealed class NativeContainer(ContainerRecord record, ContainerPaths paths) : IDisposable
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ContainerRecord _record = record;

    public ContainerRecord Record => _record;

    public ContainerPaths Paths => paths;

    /// <summary>What changes the container holds this. Its end is recorded without.</summary>
    public SemaphoreSlim Gate { get; } = new(1, 1);

    /// <summary>Held while log files are renamed or opened together.</summary>
    public Lock LogLock { get; } = new();

    public KnownProcess? Process { get; set; }

    /// <summary>What commands in it are given; null until there was one.</summary>
    public CommandProcess? Command { get; set; }

    /// <summary>The image, kept while the container is.</summary>
    public IDisposable? ImageHold { get; set; }

    /// <summary>Completes when the container's end is recorded; its log is complete then. Never for one that was not started.</summary>
    public Task Ended => _ended.Task;

    /// <summary>What is done after the end: the container's mount and cgroup are gone then.</summary>
    public Task Cleaned { get; set; } = Task.CompletedTask;

    /// <summary>Written before it counts, so that a new process knows no less.</summary>
    public void Save(ContainerRecord record)
    {
        RecordFile.Write(paths.Record, record, StateJson.Default.ContainerRecord);
        _record = record;
        if (record.Phase == ContainerPhase.Exited)
            _ended.TrySetResult();
    }

    public void Dispose()
    {
        Process?.Dispose();
        ImageHold?.Dispose();
        Gate.Dispose();
    }
}
