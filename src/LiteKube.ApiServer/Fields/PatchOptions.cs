using LiteKube.Api;
using LiteKube.Api.Meta.V1;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Verbs;

namespace LiteKube.ApiServer.Fields;

/// <summary>What the options of a patch may say.</summary>
internal static class PatchOptions
{
    public static void Check(ApiRequest request)
    {
        if (request.Options.Force && !request.IsApply)
            throw Invalid("force", "FieldValueForbidden", "Forbidden: may not be specified for non-apply patch");
        CheckManager(request, "PatchOptions");
    }

    /// <param name="kind">CreateOptions, UpdateOptions, PatchOptions.</param>
    public static void CheckManager(ApiRequest request, string kind)
    {
        if (request.Options.FieldManager is { Length: > 0 } manager && FieldManagerName.Problem(manager) is { } problem)
            throw Invalid("fieldManager", problem.StartsWith("Too long", StringComparison.Ordinal) ? "FieldValueTooLong" : "FieldValueInvalid", problem, kind);
    }

    public static ApiException Invalid(string field, string cause, string message, string kind = "PatchOptions") =>
        new(StatusReason.Invalid, $"{kind}.meta.k8s.io \"\" is invalid: {field}: {message}", new StatusDetails
        {
            Group = "meta.k8s.io",
            Kind = kind,
            Causes = [new StatusCause { Reason = cause, Field = field, Message = message }],
        });
}
