using LiteKube.Api;
using LiteKube.Api.Core.V1;

namespace LiteKube.Admission.Plugins.Limits;

/// <summary>The LimitRanges of a namespace: defaults for containers that ask for nothing, bounds for those that ask for too much or too little.</summary>
internal sealed class LimitRanger(IObjectReader objects) : IAdmissionPlugin
{
    public string Name => "LimitRanger";

    // What a pod asks for does not change with its updates; what a claim asks for may.
    public bool Handles(AdmissionRequest request) => request.Operation switch
    {
        AdmissionOperation.Create => request.Is(Pod.Resource) || request.Is(PersistentVolumeClaim.Resource),
        AdmissionOperation.Update => request.Is(PersistentVolumeClaim.Resource),
        _ => false,
    };

    public async ValueTask MutateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        if (!request.Is(Pod.Resource))
            return;
        foreach (var range in await RangesAsync(request, cancellationToken))
            LimitDefaults.Apply(request.Object!, range);
    }

    public async ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        if (request.Object.Child("metadata").Has("deletionTimestamp"))
            return;
        var spec = request.Object.Child("spec");
        var problems = new List<string>();
        foreach (var range in await RangesAsync(request, cancellationToken))
            problems.AddRange(request.Is(Pod.Resource) ? LimitChecks.OfPod(spec, range) : LimitChecks.OfClaim(spec, range));
        if (problems.Count > 0)
            throw Denial.Of(request, problems.Count == 1 ? problems[0] : $"[{string.Join(", ", problems.Distinct())}]");
    }

    private async ValueTask<IEnumerable<LimitRange>> RangesAsync(AdmissionRequest request, CancellationToken cancellationToken) =>
        (await objects.ListAsync(LimitRange.Resource, request.Namespace, cancellationToken)).Select(r => r.As<LimitRange>());
}
