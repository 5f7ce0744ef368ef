using System.Text;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native;

namespace LiteKube.Runtimes.Tests.Native;

/// <summary>One pod on a native runtime of a test, and what a test asks of its containers.</summary>
internal sealed class NativePod : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(6);

    private readonly CancellationTokenSource _limit = new(s_limit);

    private readonly Func<NativeRuntimeOptions, NativeRuntimeOptions> _options;

    public NativePod(Func<NativeRuntimeOptions, NativeRuntimeOptions>? options = null)
    {
        _options = options ?? (o => o);
        Identity = new PodIdentity(Guid.NewGuid().ToString(), "native", "pod-" + Guid.NewGuid().ToString("N")[..8]);
        Runtime = Host.Open(_options);
    }

    public NativeHost Host { get; } = new();

    public PodIdentity Identity { get; }

    public NativeRuntime Runtime { get; private set; }

    public string SandboxId { get; private set; } = "";

    public CancellationToken Cancellation => _limit.Token;

    public async Task<string> SandboxAsync(Func<SandboxConfig, SandboxConfig>? change = null)
    {
        var config = new SandboxConfig(Identity, 0, "name-of-pod");
        return SandboxId = await Runtime.CreateSandboxAsync(change?.Invoke(config) ?? config, Cancellation);
    }

    /// <summary>A container of the pod that runs a script of the shell.</summary>
    public async Task<string> CreateAsync(string script, Func<ContainerConfig, ContainerConfig>? change = null)
    {
        if (SandboxId.Length == 0)
            await SandboxAsync();
        var config = new ContainerConfig(Identity, "c" + Guid.NewGuid().ToString("N")[..6], 0, NativeHost.Image, "") { Command = ["/bin/sh", "-c"], Args = [script] };
        return await Runtime.CreateContainerAsync(SandboxId, change?.Invoke(config) ?? config, Cancellation);
    }

    public async Task<string> StartAsync(string script, Func<ContainerConfig, ContainerConfig>? change = null)
    {
        var id = await CreateAsync(script, change);
        await Runtime.StartContainerAsync(id, Cancellation);
        return id;
    }

    /// <summary>Runs a script to its end; what it said on both streams, whatever its code.</summary>
    public async Task<string> RunAsync(string script, Func<ContainerConfig, ContainerConfig>? change = null) => await OutputAsync(await StartAsync(script, change));

    public async Task<string> OutputAsync(string id)
    {
        var text = new StringBuilder();
        await foreach (var entry in Runtime.ReadLogsAsync(id, new LogOptions(Follow: true), Cancellation))
            text.Append(Encoding.UTF8.GetString(entry.Text.Span));
        return text.ToString();
    }

    /// <summary>Waits until the container has said a line.</summary>
    public async Task SaysAsync(string id, string line)
    {
        await foreach (var entry in Runtime.ReadLogsAsync(id, new LogOptions(Follow: true), Cancellation))
        {
            if (Encoding.UTF8.GetString(entry.Text.Span).Trim() == line)
                return;
        }

        Assert.Fail($"the container ended without the line \"{line}\"");
    }

    public async Task<ContainerStatus> EndAsync(string id)
    {
        await OutputAsync(id);
        return (await Runtime.GetContainerAsync(id, Cancellation))!;
    }

    public async Task<string> ExecAsync(string id, string script)
    {
        var result = await Runtime.ExecSyncAsync(id, ["/bin/sh", "-c", script], s_limit, Cancellation);
        return Encoding.UTF8.GetString(result.Stdout) + Encoding.UTF8.GetString(result.Stderr);
    }

    /// <summary>As when LiteKube is killed and starts again.</summary>
    public async Task RestartAsync(Action? meanwhile = null)
    {
        await Runtime.DisposeAsync();
        meanwhile?.Invoke();
        Runtime = Host.Open(_options);
    }

    public async ValueTask DisposeAsync()
    {
        await Runtime.RemoveEverythingAsync(CancellationToken.None);
        await Runtime.DisposeAsync();
        var left = await Host.LeftoversAsync();
        Host.Dispose();
        _limit.Dispose();
        Assert.Empty(left);
    }
}
