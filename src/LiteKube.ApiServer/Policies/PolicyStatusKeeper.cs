using LiteKube.ApiServer.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiteKube.ApiServer.Policies;

/// <summary>Has the status of admission policies written when one changes, and is idle else.</summary>
internal sealed partial class PolicyStatusKeeper(PolicyStatusWriter writer, PrefixFollower follower, ILogger<PolicyStatusKeeper> log) : BackgroundService
{
    private const string Prefix = "admissionregistration.k8s.io/validatingadmissionpolicies/";

    /// <summary>Policies are often applied several at a time.</summary>
    private static readonly TimeSpan s_settle = TimeSpan.FromMilliseconds(200);

    // A change made meanwhile, or the policy's deletion, wakes this again.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        follower.FollowAsync(Prefix, s_settle, writer.WriteAsync, e => NotWritten(log, e.Message), stoppingToken);

    [LoggerMessage(LogLevel.Debug, "The status of the admission policies is not as it should be yet: {Error}")]
    private static partial void NotWritten(ILogger log, string error);
}
