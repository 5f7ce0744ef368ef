using LiteKube.Api;

namespace LiteKube.Controllers.Owned;

internal static class ApiFailures
{
    /// <summary>The namespace is being deleted: nothing can be created in it any more, and nothing needs to be.</summary>
    public static bool IsNamespaceTerminating(this ApiException failure) =>
        failure.Reason == StatusReason.Forbidden && failure.Status.Details?.Causes.Any(c => c.Reason == "NamespaceTerminating") == true;
}
