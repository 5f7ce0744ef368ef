using LiteKube.ApiServer.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiteKube.ApiServer.Services;

/// <summary>Has the records of addresses repaired at the start and after somebody has written one, and is idle else.</summary>
internal sealed partial class AddressRecordKeeper(AddressRecords records, PrefixFollower follower, ILogger<AddressRecordKeeper> log) : BackgroundService
{
    private const string Prefix = "networking.k8s.io/ipaddresses/";

    /// <summary>Services are often made many at a time, and each writes a record that needs no repair.</summary>
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(2);

    // The next write of a record wakes this again.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        follower.FollowAsync(Prefix, s_settle, records.RepairAsync, e => NotRepaired(log, e.Message), stoppingToken);

    [LoggerMessage(LogLevel.Warning, "The IPAddress objects could not be compared with the Services: {Error}")]
    private static partial void NotRepaired(ILogger log, string error);
}
