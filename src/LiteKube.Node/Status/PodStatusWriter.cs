using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;
using LiteKube.Client;
using LiteKube.Node.Pods;
using Microsoft.Extensions.Logging;

namespace LiteKube.Node.Status;

/// <summary>
/// Brings one pod's status to the API: the newest wins, one write at a time, tried again until the server takes it or the pod is gone. Nothing runs
/// while there is nothing to write.
/// </summary>
internal sealed partial class PodStatusWriter(KubeClient client, TimeProvider time, ILogger logger, CancellationToken stopping)
{
    private static readonly TimeSpan s_minRetry = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_maxRetry = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private Pod? _pod;
    private PodStatus? _desired;
    private Pod? _written;
    private Task _writing = Task.CompletedTask;
    private bool _gone;

    /// <summary>Ends when all that was published is written, or the pod is gone.</summary>
    public Task Idle
    {
        get
        {
            lock (_gate)
                return _writing;
        }
    }

    /// <param name="pod">The newest version seen from the server.</param>
    public void Publish(Pod pod, PodStatus desired)
    {
        lock (_gate)
        {
            _pod = pod;
            _desired = desired;
            if (!_writing.IsCompleted || _gone || JsonText.Same(Known().Status, desired))
                return;
            _writing = Task.Run(WriteAllAsync);
        }
    }

    /// <summary>What the server holds, as far as known here: the answer to the last write, or what the watch has told since.</summary>
    private Pod Known() => _written is not null && Revision(_written) >= Revision(_pod!) ? _written : _pod!;

    private static long Revision(Pod pod) => long.TryParse(pod.Metadata.ResourceVersion, out var revision) ? revision : 0;

    private async Task WriteAllAsync()
    {
        var retry = s_minRetry;
        while (true)
        {
            Pod known;
            byte[]? patch;
            lock (_gate)
            {
                known = Known();
                patch = _gone ? null : StatusPatch.Between(known.Status, _desired!, known.UidOf());
                if (patch is null)
                {
                    // Under the lock, so that whoever publishes next starts a new writer.
                    _writing = Task.CompletedTask;
                    return;
                }
            }

            try
            {
                var written = await client.PatchAsync<Pod>(known.Metadata.Namespace, known.Metadata.Name!, PatchKind.StrategicMerge, patch, "status", cancellationToken: stopping).ConfigureAwait(false);
                lock (_gate)
                    _written = written;
                retry = s_minRetry;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (ApiException e) when (e.Reason is StatusReason.NotFound or StatusReason.Conflict or StatusReason.Gone)
            {
                // Deleted, or another pod of the same name: this one's status interests nobody any more.
                lock (_gate)
                    _gone = true;
            }
            catch (Exception e) when (e is ApiException or HttpRequestException or IOException or OperationCanceledException)
            {
                LogFailed(known.Metadata.Namespace, known.Metadata.Name, e.Message, retry.TotalSeconds);
                await Task.Delay(retry, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (stopping.IsCancellationRequested)
                    return;
                retry = retry * 2 < s_maxRetry ? retry * 2 : s_maxRetry;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "status of pod {Namespace}/{Name} not written, next attempt in {Seconds:0.#} s: {Error}")]
    private partial void LogFailed(string? @namespace, string? name, string error, double seconds);
}
