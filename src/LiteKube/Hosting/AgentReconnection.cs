using LiteKube.Client;
using LiteKube.Security.Agent;
using Microsoft.Extensions.Hosting;

namespace LiteKube.Hosting;

/// <summary>Has the agent's connections made anew once its certificate was renewed.</summary>
internal sealed class AgentReconnection(NodeCredentials credentials, HttpsTransport transport) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        credentials.Renewed += transport.Reconnect;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        credentials.Renewed -= transport.Reconnect;
        return Task.CompletedTask;
    }
}
