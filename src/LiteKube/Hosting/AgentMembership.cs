using System.Net;
using LiteKube.Node.Registration;
using LiteKube.Security.Agent;
using LiteKube.Verbs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LiteKube.Hosting;

/// <summary>An agent's place in its cluster: the certificates it has, from now or from before, and the way to renew them.</summary>
internal sealed partial class AgentMembership : IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(3);

    private AgentMembership(NodeJoin join, NodeCredentials credentials)
    {
        Join = join;
        Credentials = credentials;
    }

    public NodeJoin Join { get; }

    public NodeCredentials Credentials { get; }

    /// <summary>Joins, or finds that it did before. A server that does not answer yet is waited for; a wrong token is the operator's to mend.</summary>
    public static async Task<AgentMembership> EnterAsync(AgentSettings settings, CancellationToken cancellationToken)
    {
        using var logging = new ServiceCollection().AddSingleton(TimeProvider.System).AddLogging(b => ModuleHost.ConfigureLogging(b, settings.Node.LogLevel)).BuildServiceProvider();
        var logger = logging.GetRequiredService<ILogger<AgentMembership>>();
        var join = new NodeJoin(
            new NodeJoinOptions
            {
                Server = settings.Server,
                Token = settings.JoinToken,
                NodeName = settings.Node.NodeName,
                DataDirectory = settings.Node.DataDir,
                Addresses = () => settings.Node.NodeIp is { } fixedAddress ? [fixedAddress] : [HostAddress.Find()],
            },
            TimeProvider.System,
            logging.GetRequiredService<ILogger<NodeJoin>>());
        while (true)
        {
            try
            {
                return new AgentMembership(join, await join.JoinAsync(cancellationToken));
            }
            catch (FormatException error)
            {
                throw new UserErrorException($"--join: {error.Message}");
            }
            catch (JoinException error) when (error.IsFinal)
            {
                throw new UserErrorException(error.Message);
            }
            catch (JoinException error)
            {
                LogWaiting(logger, error.Message);
                await Task.Delay(s_pause, cancellationToken);
            }
        }
    }

    public void Dispose() => Credentials.Dispose();

    [LoggerMessage(Level = LogLevel.Warning, Message = "not joined yet, trying again in 3 s: {Reason}")]
    private static partial void LogWaiting(ILogger logger, string reason);
}
