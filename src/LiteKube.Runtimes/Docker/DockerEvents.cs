using System.Runtime.CompilerServices;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Docker.Client;
using LiteKube.Runtimes.Docker.Client.Models;

namespace LiteKube.Runtimes.Docker;

internal sealed class DockerEvents(SystemOperations system, TimeProvider time)
{
    private static readonly string[] Actions = ["start", "die", "oom", "destroy"];

    /// <summary>
    /// Nothing is lost between the first MoveNext and the moment when the engine has seen the request: it replays what happened since the former.
    /// </summary>
    public async IAsyncEnumerable<RuntimeEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await OpenAsync(time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var events = JsonLines.ReadAsync(stream, DockerJson.Default.EngineEvent, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await MoveNextAsync(events).ConfigureAwait(false))
        {
            if (Convert(events.Current) is { } happened)
                yield return happened;
        }
    }

    internal static RuntimeEvent? Convert(EngineEvent message)
    {
        if (message.Actor is not { Attributes: { } labels } actor)
            return null;
        RuntimeEventType? type = message.Action switch
        {
            "start" when DockerLabels.IsContainer(labels) => RuntimeEventType.ContainerStarted,
            "die" => DockerLabels.IsSandbox(labels) ? RuntimeEventType.SandboxDied : RuntimeEventType.ContainerDied,
            "oom" when DockerLabels.IsContainer(labels) => RuntimeEventType.ContainerOom,
            "destroy" => RuntimeEventType.Removed,
            _ => null,
        };
        return type is { } known
            ? new RuntimeEvent(known, DockerLabels.PodOf(labels), actor.Id, DateTimeOffset.UnixEpoch.AddTicks(message.TimeNano / 100))
            : null;
    }

    private async Task<HttpResponseMessage> OpenAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        try
        {
            return await system.OpenEventsAsync(DockerLabels.Type, Actions, since, cancellationToken).ConfigureAwait(false);
        }
        catch (DockerApiException e)
        {
            throw DockerRuntime.Refused(e, RuntimeError.Failed);
        }
    }

    /// <summary>A connection that breaks is the end of the events, however it breaks.</summary>
    private static async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<EngineEvent> events)
    {
        try
        {
            return await events.MoveNextAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
