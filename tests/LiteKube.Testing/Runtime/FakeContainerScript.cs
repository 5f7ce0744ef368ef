using LiteKube.Node.Runtime;

namespace LiteKube.Testing.Runtime;

/// <summary>What a container of <see cref="FakeRuntime"/> does. Without any setting it runs until it is stopped.</summary>
public sealed record FakeContainerScript
{
    /// <summary>Ends by itself with this code, <see cref="RunTime"/> after its start.</summary>
    public int? ExitCode { get; init; }

    public TimeSpan RunTime { get; init; }

    /// <summary>The engine refuses to create it.</summary>
    public string? CreateError { get; init; }

    /// <summary>The engine refuses to start it; the container is then Exited with <see cref="StartErrorExitCode"/>.</summary>
    public string? StartError { get; init; }

    public int StartErrorExitCode { get; init; } = 128;

    /// <summary>Takes the whole grace period and then SIGKILL (137) to end.</summary>
    public bool IgnoresStopSignal { get; init; }

    public int StopExitCode { get; init; } = 143;

    public bool OomKilled { get; init; }

    /// <summary>Written to its log at the start, one line each.</summary>
    public IReadOnlyList<string> Log { get; init; } = [];

    /// <summary>What a command run in it gives. <c>cat</c> in streaming exec and attach echoes stdin whatever this says.</summary>
    public Func<IReadOnlyList<string>, ExecResult> Exec { get; init; } = _ => new ExecResult(0, [], [], false);
}
