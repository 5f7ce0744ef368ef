using LiteKube.ApiServer.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiteKube.ApiServer.Flow;

/// <summary>
/// Undoes what may not be done to the default objects while the server runs. Woken by changes to objects of the group, and idle else.
/// </summary>
internal sealed partial class FlowObjectKeeper(FlowObjectWriter writer, PrefixFollower follower, ILogger<FlowObjectKeeper> log) : BackgroundService
{
    private const string Prefix = "flowcontrol.apiserver.k8s.io/";

    /// <summary>Whoever writes one object of the group often writes the next.</summary>
    private static readonly TimeSpan s_settle = TimeSpan.FromMilliseconds(200);

    // A change made meanwhile wakes this again; a store that takes no writes leaves requests to the table that was made last.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        follower.FollowAsync(Prefix, s_settle, writer.WriteAsync, e => NotKept(log, e.Message), stoppingToken);

    [LoggerMessage(LogLevel.Debug, "The objects of flow control are not as they should be yet: {Error}")]
    private static partial void NotKept(ILogger log, string error);
}
