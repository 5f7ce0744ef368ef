using LiteKube.Api;
using LiteKube.Api.Quotas;

namespace LiteKube.Admission.Plugins.Quotas;

/// <summary>What one request wants of its namespace's quotas, and whether it got it.</summary>
internal sealed class QuotaClaim
{
    private readonly TaskCompletionSource _decided = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public QuotaClaim(AdmissionRequest request, DateTimeOffset now)
    {
        Request = request;
        Usage = QuotaUsage.Of(request.Resource, request.Object!, now);
        UsageBefore = request.Operation == AdmissionOperation.Update && request.OldObject is not null ? QuotaUsage.Of(request.Resource, request.OldObject, now) : null;
    }

    public AdmissionRequest Request { get; }

    public Dictionary<string, Quantity> Usage { get; }

    /// <summary>Of the stored object, where there is one: only what goes beyond it is new.</summary>
    public Dictionary<string, Quantity>? UsageBefore { get; }

    /// <summary>The uids of quotas in whose stored status this claim is counted already.</summary>
    public HashSet<string> Counted { get; } = new(StringComparer.Ordinal);

    public Task Decided => _decided.Task;

    public void Grant() => _decided.TrySetResult();

    public void Refuse(Exception why) => _decided.TrySetException(why);
}
