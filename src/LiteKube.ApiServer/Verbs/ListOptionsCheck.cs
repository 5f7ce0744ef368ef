using LiteKube.Api;
using LiteKube.Api.Validation;
using LiteKube.ApiServer.Requests;

namespace LiteKube.ApiServer.Verbs;

/// <summary>Which options of a list and a watch go together. (https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions)</summary>
internal static class ListOptionsCheck
{
    private const string Exact = "Exact";
    private const string NotOlderThan = "NotOlderThan";

    private static readonly FieldPath s_match = new("resourceVersionMatch");

    public static void List(RequestOptions options)
    {
        var errors = new List<FieldError>();
        if (options.ResourceVersionMatch is { Length: > 0 } match)
        {
            if (string.IsNullOrEmpty(options.ResourceVersion))
                errors.Add(FieldError.Forbidden(s_match, "resourceVersionMatch is forbidden unless resourceVersion is provided"));
            if (!string.IsNullOrEmpty(options.Continue))
                errors.Add(FieldError.Forbidden(s_match, "resourceVersionMatch is forbidden when continue is provided"));
            if (match is not (Exact or NotOlderThan))
                errors.Add(FieldError.NotSupported(s_match, match, Exact, NotOlderThan, ""));
            if (match == Exact && options.ResourceVersion == "0")
                errors.Add(FieldError.Forbidden(s_match, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""));
        }

        if (options.SendInitialEvents is not null)
            errors.Add(FieldError.Forbidden(new FieldPath("sendInitialEvents"), "sendInitialEvents is forbidden for list"));
        Throw(errors);
    }

    public static void Watch(RequestOptions options)
    {
        var errors = new List<FieldError>();
        var match = options.ResourceVersionMatch ?? "";
        if (options.SendInitialEvents is not null && match != NotOlderThan)
            errors.Add(FieldError.Forbidden(s_match, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
        if (match.Length > 0)
        {
            if (options.SendInitialEvents is null)
                errors.Add(FieldError.Forbidden(s_match, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
            if (match != NotOlderThan)
                errors.Add(FieldError.NotSupported(s_match, match, NotOlderThan));
            if (!string.IsNullOrEmpty(options.Continue))
                errors.Add(FieldError.Forbidden(s_match, "resourceVersionMatch is forbidden when continue is provided"));
        }

        Throw(errors);
    }

    private static void Throw(List<FieldError> errors)
    {
        if (errors.Count > 0)
            throw Api.Validation.InvalidObject.Of("meta.k8s.io", "ListOptions", "", errors);
    }
}
