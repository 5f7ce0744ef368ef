namespace LiteKube.EndToEnd.Tests.Hosts;

/// <summary>What runs the containers of a test's machines, and how a test deals with containers past LiteKube.</summary>
internal abstract class HostRuntime
{
    public static HostRuntime Docker { get; } = new DockerOnHost();

    public static HostRuntime Native { get; } = new NativeOnHost();

    /// <summary>What host.sh starts on a machine beside its first process; empty for nothing.</summary>
    public abstract string Daemon { get; }

    /// <summary>How LiteKube is told of it.</summary>
    public abstract string[] Flags(TestHost host);

    public abstract Task LoadImagesAsync(TestHost host, string archive);

    /// <summary>SIGKILL to a container's process.</summary>
    public abstract Task KillAsync(TestHost host, string containerId);

    /// <summary>Everything that runs and that would change if LiteKube had made it anew, sandboxes included; in order.</summary>
    public abstract Task<string[]> RunningAsync(TestHost host);

    /// <summary>Sandboxes and containers of the pods whose name contains this, also those that have ended.</summary>
    public abstract Task<string[]> OfPodsAsync(TestHost host, string pod);

    protected static string[] Lines(string output) => output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).ToArray();
}
