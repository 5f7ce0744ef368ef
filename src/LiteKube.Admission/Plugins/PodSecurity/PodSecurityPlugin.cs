using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Validation;

namespace LiteKube.Admission.Plugins.PodSecurity;

/// <summary>
/// The Pod Security Standards as a namespace's labels ask for them: pods that break the enforced level are refused; templates of workloads are warned of.
/// (https://kubernetes.io/docs/concepts/security/pod-security-admission/)
/// </summary>
internal sealed class PodSecurityPlugin(IObjectReader objects, AdmissionOptions options) : IAdmissionPlugin
{
    private const string Annotations = "pod-security.kubernetes.io/";

    private static readonly HashSet<string> s_workloads = new(StringComparer.Ordinal)
    {
        "replicationcontrollers", "podtemplates", "deployments.apps", "replicasets.apps", "statefulsets.apps", "daemonsets.apps", "jobs.batch", "cronjobs.batch",
    };

    public string Name => "PodSecurity";

    private PodSecurityConfiguration Configuration => options.PodSecurity;

    public bool Handles(AdmissionRequest request)
    {
        if (request.Operation is not (AdmissionOperation.Create or AdmissionOperation.Update))
            return false;
        // All else that an update can change in a pod's spec is no concern of the checks.
        if (request.Resource == Pod.Resource)
            return request is { Operation: AdmissionOperation.Create, Subresource: "" } or { Operation: AdmissionOperation.Update, Subresource: "ephemeralcontainers" };
        return request.Subresource.Length == 0 && (request.Resource == Namespace.Resource || s_workloads.Contains(request.Resource.GroupResource));
    }

    public async ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        if (request.Resource == Namespace.Resource)
        {
            await ValidateNamespaceAsync(request, cancellationToken);
            return;
        }

        if (Exemption(request) is { } why)
        {
            request.AuditAnnotations[Annotations + "exempt"] = why;
            return;
        }

        if (await objects.GetAsync(Namespace.Resource, null, request.Namespace, cancellationToken) is not { } ns)
            return;
        var policy = NamespacePolicy.Of(ns.Header.Labels, Configuration.Defaults, out var errors);
        if (errors.Count > 0)
            request.AuditAnnotations[Annotations + "error"] = $"Failed to parse policy: {string.Join(", ", errors)}";
        if (policy.IsPrivileged)
            return;
        var isPod = request.Resource == Pod.Resource;
        var pod = isPod ? new PodView(request.Object.Child("metadata"), request.Object.Child("spec")) : TemplateOf(request);
        if (pod is null)
            return;
        if (pod.Spec.Text("runtimeClassName") is { } runtime && Configuration.ExemptRuntimeClasses.Contains(runtime))
        {
            request.AuditAnnotations[Annotations + "exempt"] = "runtimeClass";
            return;
        }

        if (isPod)
            Enforce(request, policy.Enforce, pod);
        Tell(request, policy, pod);
    }

    private string? Exemption(AdmissionRequest request) =>
        Configuration.ExemptNamespaces.Contains(request.Namespace) ? "namespace" : Configuration.ExemptUsernames.Contains(request.User.Name) ? "user" : null;

    private static void Enforce(AdmissionRequest request, LevelVersion policy, PodView pod)
    {
        request.AuditAnnotations[Annotations + "enforce-policy"] = policy.ToString();
        if (PodSecurityEvaluator.Evaluate(policy, pod) is { Count: > 0 } violations)
            throw Denial.Of(request, $"violates PodSecurity \"{policy}\": {PodSecurityEvaluator.Describe(violations)}");
    }

    private static void Tell(AdmissionRequest request, NamespacePolicy policy, PodView pod)
    {
        if (PodSecurityEvaluator.Evaluate(policy.Audit, pod) is { Count: > 0 } audited)
            request.AuditAnnotations[Annotations + "audit-violations"] = $"would violate PodSecurity \"{policy.Audit}\": {PodSecurityEvaluator.Describe(audited)}";
        if (PodSecurityEvaluator.Evaluate(policy.Warn, pod) is { Count: > 0 } warned)
            request.Warnings.Add($"would violate PodSecurity \"{policy.Warn}\": {PodSecurityEvaluator.Describe(warned)}");
    }

    private static PodView? TemplateOf(AdmissionRequest request)
    {
        var template = request.Resource.Plural switch
        {
            "podtemplates" => request.Object.Child("template"),
            "cronjobs" => request.Object.Child("spec").Child("jobTemplate").Child("spec").Child("template"),
            _ => request.Object.Child("spec").Child("template"),
        };
        return template is null ? null : new PodView(template.Child("metadata"), template.Child("spec"));
    }

    private async ValueTask ValidateNamespaceAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        var policy = NamespacePolicy.Of(LabelsOf(request.Object), Configuration.Defaults, out var errors);
        var before = NamespacePolicy.Of(LabelsOf(request.OldObject), Configuration.Defaults, out var errorsBefore);
        // What was wrong before and is no worse now must not stand in the way of other changes.
        if (errors.Count > 0 && (request.Operation == AdmissionOperation.Create || errorsBefore.Count == 0))
            throw InvalidObject.Of("", "Namespace", request.Name, errors);
        if (request.Operation == AdmissionOperation.Create || policy.Enforce.Level == PodSecurityLevel.Privileged || policy.Enforce == before.Enforce
            || (policy.Enforce.Minor == before.Enforce.Minor && policy.Enforce.Level < before.Enforce.Level))
            return;
        request.Warnings.AddRange(await new NamespaceReview(objects).WarningsAsync(request.Name, policy.Enforce, cancellationToken));
    }

    private static Dictionary<string, string> LabelsOf(JsonObject? ns)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in ns.Labels())
            labels[key] = value.AsString() ?? "";
        return labels;
    }
}
