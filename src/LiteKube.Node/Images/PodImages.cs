using System.Globalization;
using LiteKube.Api.Core.V1;
using LiteKube.Node.Containers;
using LiteKube.Node.Env;
using LiteKube.Node.Pods;
using LiteKube.Node.Runtime;

namespace LiteKube.Node.Images;

/// <summary>
/// Gets the images of one pod's containers. Inspection and pulls run beside the worker, which asks again when woken; a failed pull waits longer each
/// time (10 s to 5 min); another image in the spec begins anew. Used by the pod's worker only.
/// </summary>
internal sealed class PodImages(IImageService images, IPodObjects objects, SemaphoreSlim pullSlots, PodEvents events, TimeProvider time, Action wake, CancellationToken stopping) : IDisposable
{
    private static readonly TimeSpan s_minBackoff = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_maxBackoff = TimeSpan.FromMinutes(5);

    // So long a failure is shown as such before it is shown as waiting for the next attempt.
    private static readonly TimeSpan s_showFailure = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Attempt> _attempts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PullFailure> _failures = new(StringComparer.Ordinal);
    private readonly Backoff _backoff = new(time, s_minBackoff, s_maxBackoff);

    /// <summary>The state of a container's image; asking begins what has to be done.</summary>
    public ImageOutcome Request(Pod pod, Container container)
    {
        var image = container.Image ?? "";
        if (_attempts.TryGetValue(container.Name, out var attempt) && attempt.Image == image)
        {
            if (!attempt.Work.IsCompleted)
                return new ImageOutcome.Pending();
            var outcome = attempt.Work.Result;

            // Further off than any wait is: the clock was set back since.
            if (outcome is not ImageOutcome.Failed failed || failed.RetryAt - time.GetUtcNow() is { Ticks: > 0 } left && left <= s_maxBackoff)
                return outcome;
        }

        Forget(container.Name);
        if (Waiting(container.Name, image) is { } waiting)
        {
            _attempts[container.Name] = new Attempt(image, Task.FromResult<ImageOutcome>(waiting), null);
            return waiting;
        }

        var cancel = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var work = EnsureAsync(pod, container, image, cancel.Token);
        _attempts[container.Name] = new Attempt(image, work, cancel);
        if (work.IsCompleted)
            return work.Result;
        _ = work.ContinueWith(static (_, w) => ((Action)w!)(), wake, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return new ImageOutcome.Pending();
    }

    /// <summary>Forgets an outcome that was used, so that the next start looks afresh.</summary>
    public void Forget(string container)
    {
        if (_attempts.Remove(container, out var attempt) && attempt.Cancel is { } cancel)
        {
            if (!attempt.Work.IsCompleted)
                cancel.Cancel();
            cancel.Dispose();
        }
    }

    public void Dispose()
    {
        foreach (var container in _attempts.Keys.ToList())
            Forget(container);
    }

    /// <summary>Not null while the last failure of this image is too recent for another attempt.</summary>
    private ImageOutcome.Failed? Waiting(string container, string image)
    {
        if (!_failures.TryGetValue(image, out var failure) || _backoff.Remaining(image, failure.At) is var rest && rest <= TimeSpan.Zero)
            return null;
        events.Normal(container, "BackOff", $"Back-off pulling image \"{image}\"");
        events.Warning(container, "Failed", "Error: ImagePullBackOff");
        return new ImageOutcome.Failed("ImagePullBackOff", $"Back-off pulling image \"{image}\": ErrImagePull: {failure.Message}", time.GetUtcNow() + rest);
    }

    private async Task<ImageOutcome> EnsureAsync(Pod pod, Container container, string image, CancellationToken cancellationToken)
    {
        if (ImageReference.TryParse(image) is not { } reference)
        {
            var invalid = $"Failed to apply default image tag \"{image}\": couldn't parse image name \"{image}\": invalid reference format";
            events.Warning(container.Name, "InspectFailed", invalid);
            events.Warning(container.Name, "Failed", "Error: InvalidImageName");
            return new ImageOutcome.Failed("InvalidImageName", invalid, time.GetUtcNow() + s_minBackoff);
        }

        var name = ImageReference.WithDefaultTag(image);
        var policy = container.ImagePullPolicy ?? (reference is { Tag: null or "latest", Digest: null } ? "Always" : "IfNotPresent");
        try
        {
            if (policy != "Always" && await images.GetAsync(name, cancellationToken).ConfigureAwait(false) is { } present)
            {
                events.Normal(container.Name, "Pulled", $"Container image \"{image}\" already present on machine");
                return new ImageOutcome.Ready(present);
            }

            if (policy == "Never")
            {
                var absent = $"Container image \"{image}\" is not present with pull policy of Never";
                events.Warning(container.Name, "ErrImageNeverPull", absent);
                events.Warning(container.Name, "Failed", "Error: ErrImageNeverPull");
                return new ImageOutcome.Failed("ErrImageNeverPull", absent, time.GetUtcNow() + s_minBackoff);
            }

            return new ImageOutcome.Ready(await PullAsync(pod, container, image, name, reference, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e) when (e is RuntimeException or IOException)
        {
            var now = time.GetUtcNow();
            var before = _failures.TryGetValue(image, out var failure) ? failure.At : now;
            _failures[image] = new PullFailure(now, e.Message);
            _backoff.Next(image, before);
            events.Warning(container.Name, "Failed", $"Failed to pull image \"{image}\": {e.Message}");
            events.Warning(container.Name, "Failed", "Error: ErrImagePull");
            return new ImageOutcome.Failed("ErrImagePull", e.Message, now + s_showFailure);
        }
        catch (OperationCanceledException)
        {
            return new ImageOutcome.Pending();
        }
    }

    private async Task<ImageStatus> PullAsync(Pod pod, Container container, string image, string name, ImageReference reference, CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        await pullSlots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            events.Normal(container.Name, "Pulling", $"Pulling image \"{image}\"");
            var begun = time.GetTimestamp();
            var id = await PullWithCredentialsAsync(pod, name, reference, new PullReports(container.Name, image, events, time), cancellationToken).ConfigureAwait(false);
            var status = await images.GetAsync(id, cancellationToken).ConfigureAwait(false)
                ?? throw new RuntimeException(RuntimeError.ImagePull, $"image {image} is not there after its pull");
            _failures.Remove(image);
            _backoff.Forget(image);
            var size = status.SizeBytes.ToString(CultureInfo.InvariantCulture);
            events.Normal(container.Name, "Pulled", $"Successfully pulled image \"{image}\" in {Taken(begun)} ({Taken(asked)} including waiting). Image size: {size} bytes.");
            return status;
        }
        finally
        {
            pullSlots.Release();
        }
    }

    private async Task<string> PullWithCredentialsAsync(Pod pod, string name, ImageReference reference, IProgress<PullProgress> progress, CancellationToken cancellationToken)
    {
        var keyring = new RegistryKeyring();
        foreach (var secretName in pod.Spec.ImagePullSecrets.Select(s => s.Name).Where(n => !string.IsNullOrEmpty(n)))
        {
            // A pull secret that is missing or unreadable is said, and the pull tried without it: the image may be public.
            if (await objects.GetSecretAsync(pod.Metadata.Namespace ?? "", secretName!, cancellationToken).ConfigureAwait(false) is not { } secret)
                events.Warning("FailedToRetrieveImagePullSecret", $"Unable to retrieve some image pull secrets ({secretName}); attempting to pull the image may not succeed.");
            else if (!keyring.Add(secret))
                events.Warning("FailedToRetrieveImagePullSecret", $"Image pull secret {secretName} holds no readable registry configuration.");
        }

        RuntimeException? refused = null;
        foreach (var credentials in keyring.For(reference))
        {
            try
            {
                return await images.PullAsync(name, credentials, progress, cancellationToken).ConfigureAwait(false);
            }
            catch (RuntimeException e) when (e.Error == RuntimeError.ImagePull)
            {
                refused = e;
            }
        }

        return refused is null ? await images.PullAsync(name, null, progress, cancellationToken).ConfigureAwait(false) : throw refused;
    }

    private string Taken(long since) => GoDuration.Format(TimeSpan.FromMilliseconds(Math.Round(time.GetElapsedTime(since).TotalMilliseconds)));

    private sealed record Attempt(string Image, Task<ImageOutcome> Work, CancellationTokenSource? Cancel);

    private sealed record PullFailure(DateTimeOffset At, string Message);
}
