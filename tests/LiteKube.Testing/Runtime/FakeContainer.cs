using System.Text;
using LiteKube.Node.Runtime;

namespace LiteKube.Testing.Runtime;

/// <summary>A container of <see cref="FakeRuntime"/>. Guarded by the runtime's lock, but for <see cref="Ended"/>.</summary>
internal sealed class FakeContainer(string sandboxId, ContainerConfig config, FakeContainerScript script, ContainerStatus status)
{
    public string SandboxId { get; } = sandboxId;

    public ContainerConfig Config { get; } = config;

    public FakeContainerScript Script { get; } = script;

    public ContainerStatus Status { get; set; } = status;

    public ContainerResources Resources { get; set; } = config.Resources;

    public List<LogEntry> Log { get; } = [];

    public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Replaced and completed at each new line, so that followers wake.</summary>
    public TaskCompletionSource LogGrew { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ITimer? EndTimer { get; set; }

    public void AddLog(DateTimeOffset time, OutputStream stream, string line)
    {
        Log.Add(new LogEntry(time, stream, Encoding.UTF8.GetBytes(line + "\n")));
        var grew = LogGrew;
        LogGrew = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        grew.SetResult();
    }
}
