using Microsoft.Extensions.Hosting;

namespace LiteKube.Hosting;

/// <summary>The last module of an agent: tells systemd that all others have started.</summary>
internal sealed class AgentReadyNotice : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        ServiceManager.Notify("READY=1\nSTATUS=running as a node");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
