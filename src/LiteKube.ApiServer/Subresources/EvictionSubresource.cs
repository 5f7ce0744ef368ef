using System.Text.Json.Nodes;
using LiteKube.Admission;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Api.Policy.V1;
using LiteKube.Api.Schema;
using LiteKube.Api.Selectors;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Resources;
using LiteKube.ApiServer.Storage;
using LiteKube.ApiServer.Verbs;
using DeleteOptions = LiteKube.ApiServer.Verbs.DeleteOptions;

namespace LiteKube.ApiServer.Subresources;

/// <summary>A delete that a disruption budget may refuse. (https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/)</summary>
internal sealed class EvictionSubresource(
    Lazy<ResourceRegistry> registry, ObjectStorage storage, IObjectReader objects, ObjectUpdater updater, ObjectDeleter deleter, BodyDecoder decoder, Admitter admitter,
    TimeProvider time) : ISubresource
{
    private static readonly GroupVersionKind s_eviction = new("policy", "v1", "Eviction");

    public IReadOnlyList<string> Paths { get; } = ["pods/eviction"];

    public async ValueTask<ApiResult> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var eviction = decoder.Decode(request, s_eviction);
        if (eviction.Object("metadata").String("name") is { Length: > 0 } named && named != request.Name)
            throw new ApiException(StatusReason.BadRequest, "name in URL does not match name in Eviction object");
        var admission = admitter.For(request, AdmissionOperation.Create, eviction, null, s_eviction.Kind);
        await admitter.MutateAsync(admission, cancellationToken);
        await admitter.ValidateAsync(request, admission, cancellationToken);

        var pod = await storage.GetAsync(request.Resource, request.Namespace, request.Name, cancellationToken) ?? throw request.NotFound();
        if (NeedsBudget(pod.Object.As<Pod>()))
            await SpendAsync(request, pod.Object, cancellationToken);
        var delete = new ApiRequest { User = request.User, Verb = "delete", Resource = request.Resource, Namespace = request.Namespace, Name = request.Name, Options = request.Options };
        await deleter.DeleteAsync(delete, DeleteOptions.Of(delete, eviction.Object("deleteOptions")), cancellationToken);
        return ObjectResult.Success(statusCode: 201);
    }

    /// <summary>A pod that serves nobody is evicted without asking.</summary>
    private static bool NeedsBudget(Pod pod) =>
        pod.Metadata.DeletionTimestamp is null && pod.Status.Phase is not ("Succeeded" or "Failed" or "Pending");

    private async ValueTask SpendAsync(ApiRequest request, KubeObject pod, CancellationToken cancellationToken)
    {
        var budgets = new List<KubeObject>();
        foreach (var budget in await objects.ListAsync(PodDisruptionBudget.Resource, request.Namespace, cancellationToken))
        {
            if (LabelMatcher.Of(budget.As<PodDisruptionBudget>().Spec.Selector).Matches(pod.Header.Labels))
                budgets.Add(budget);
        }

        if (budgets.Count > 1)
            throw new ApiException(StatusReason.InternalError, "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.");
        if (budgets.Count == 0 || !IsHealthy(pod.As<Pod>()) && MayGoUnhealthy(budgets[0].As<PodDisruptionBudget>()))
            return;
        var spend = new ApiRequest
        {
            User = request.User, Verb = "patch", Resource = registry.Value.Get(PodDisruptionBudget.Resource), Namespace = request.Namespace, Name = budgets[0].Header.Name,
            Subresource = "status", Options = request.Options,
        };
        await updater.UpdateAsync(spend, current => Spent(current, pod.Header.Name), spend.Resource.Strategy.PrepareForStatusUpdate, cancellationToken, admit: false);
    }

    private JsonObject Spent(JsonObject budget, string pod)
    {
        var status = budget.ObjectOrNew("status");
        var allowed = status.Long("disruptionsAllowed") ?? 0;
        if ((status.Long("observedGeneration") ?? 0) < (budget.Object("metadata").Long("generation") ?? 0))
            throw Refused(budget, $"The disruption budget {budget.Object("metadata").String("name")} is still being processed by the server.", 10);
        if (allowed <= 0)
            throw Refused(budget, $"The disruption budget {budget.Object("metadata").String("name")} needs {status.Long("desiredHealthy") ?? 0} healthy pods and has {status.Long("currentHealthy") ?? 0} currently", 0);
        status["disruptionsAllowed"] = allowed - 1;
        status.ObjectOrNew("disruptedPods")[pod] = SystemMetadata.Time(time.GetUtcNow());
        return budget;
    }

    private static ApiException Refused(JsonObject budget, string why, int retryAfter) =>
        new(StatusReason.TooManyRequests, "Cannot evict pod as it would violate the pod's disruption budget.", new StatusDetails
        {
            Name = budget.Object("metadata").String("name"),
            Causes = [new StatusCause { Reason = "DisruptionBudget", Message = why }],
            RetryAfterSeconds = retryAfter == 0 ? null : retryAfter,
        });

    private static bool IsHealthy(Pod pod) => pod.Status.Conditions.Any(c => c is { Type: "Ready", Status: "True" });

    private static bool MayGoUnhealthy(PodDisruptionBudget budget) =>
        budget.Spec.UnhealthyPodEvictionPolicy == "AlwaysAllow" || (budget.Status.CurrentHealthy >= budget.Status.DesiredHealthy && budget.Status.DesiredHealthy > 0);
}
