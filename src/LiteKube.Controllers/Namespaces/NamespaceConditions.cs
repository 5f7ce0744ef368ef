using LiteKube.Api.Core.V1;

namespace LiteKube.Controllers.Namespaces;

/// <summary>What a namespace that is being deleted says about how far that is. (https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/)</summary>
internal static class NamespaceConditions
{
    public const string ContentFailure = "NamespaceDeletionContentFailure";
    public const string ContentRemaining = "NamespaceContentRemaining";
    public const string FinalizersRemaining = "NamespaceFinalizersRemaining";

    public static NamespaceStatus Of(NamespaceStatus present, NamespaceContent content, DateTimeOffset now)
    {
        var status = present with { Phase = "Terminating" };
        status = status.With("NamespaceDeletionDiscoveryFailure", false, "ResourcesDiscovered", "All resources successfully discovered", now);
        status = status.With("NamespaceDeletionGroupVersionParsingFailure", false, "ParsedGroupVersions", "All legacy kube types successfully parsed", now);
        status = content.Failures.Count > 0
            ? status.With(ContentFailure, true, "ContentDeletionFailed", "Failed to delete all resource types, " + content.FailureText, now)
            : status.With(ContentFailure, false, "ContentDeleted", "All content successfully deleted, may be waiting on finalization", now);
        status = content.Remaining.Count > 0
            ? status.With(ContentRemaining, true, "SomeResourcesRemain", "Some resources are remaining: " + content.RemainingText, now)
            : status.With(ContentRemaining, false, "ContentRemoved", "All content successfully removed", now);
        return content.Finalizers.Count > 0
            ? status.With(FinalizersRemaining, true, "SomeFinalizersRemain", "Some content in the namespace has finalizers remaining: " + content.FinalizersText, now)
            : status.With(FinalizersRemaining, false, "ContentHasNoFinalizers", "All content-preserving finalizers finished", now);
    }

    // A condition that others added, and the order of all, stay as they are.
    private static NamespaceStatus With(this NamespaceStatus status, string type, bool value, string reason, string message, DateTimeOffset now)
    {
        var wanted = new NamespaceCondition { Type = type, Status = value ? "True" : "False", Reason = reason, Message = message, LastTransitionTime = now };
        var conditions = status.Conditions.ToList();
        var at = conditions.FindIndex(c => c.Type == type);
        if (at < 0)
        {
            conditions.Add(wanted);
        }
        else
        {
            var present = conditions[at];
            if (present.Status == wanted.Status && present.Reason == reason && present.Message == message)
                return status;
            conditions[at] = present.Status == wanted.Status ? wanted with { LastTransitionTime = present.LastTransitionTime } : wanted;
        }

        return status with { Conditions = conditions };
    }
}
