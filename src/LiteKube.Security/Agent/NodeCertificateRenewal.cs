using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiteKube.Security.Agent;

/// <summary>Looks at an agent's certificates every few minutes, since its addresses may change, and renews what is due.</summary>
public sealed partial class NodeCertificateRenewal(NodeJoin join, NodeCredentials credentials, TimeProvider clock, ILogger<NodeCertificateRenewal> log) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, clock);
        try
        {
            do
            {
                await TryRenewAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping is how this ends.
        }
    }

    private async Task TryRenewAsync(CancellationToken cancellationToken)
    {
        try
        {
            await join.RenewAsync(credentials, cancellationToken);
        }
        catch (Exception e) when (e is JoinException or IOException or UnauthorizedAccessException)
        {
            NotRenewed(log, e.Message);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The node's certificates were not renewed, the next try is in a few minutes: {Error}")]
    private static partial void NotRenewed(ILogger log, string error);
}
