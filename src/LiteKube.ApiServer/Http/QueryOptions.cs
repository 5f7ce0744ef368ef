using System.Globalization;
using LiteKube.Api;
using LiteKube.ApiServer.Requests;
using Microsoft.AspNetCore.WebUtilities;

namespace LiteKube.ApiServer.Http;

/// <summary>The query string as <see cref="RequestOptions"/>. Unknown parameters are ignored, as Kubernetes does.</summary>
internal static class QueryOptions
{
    public static RequestOptions Parse(string? query)
    {
        if (string.IsNullOrEmpty(query) || query == "?")
            return RequestOptions.None;
        var options = RequestOptions.None;
        var seen = new List<string>(4);
        foreach (var pair in new QueryStringEnumerable(query))
        {
            var name = pair.DecodeName().ToString();
            // Of a parameter that is given twice the first counts; dryRun alone is a list.
            if (seen.Contains(name) && name != "dryRun")
                continue;
            seen.Add(name);
            options = With(options, name, pair.DecodeValue().ToString());
        }

        return options;
    }

    private static RequestOptions With(RequestOptions options, string name, string value) => name switch
    {
        "labelSelector" => options with { LabelSelector = value },
        "fieldSelector" => options with { FieldSelector = value },
        "limit" => options with { Limit = (int)Math.Min(Number(name, value), int.MaxValue) },
        "continue" => options with { Continue = value },
        "resourceVersion" => options with { ResourceVersion = value },
        "resourceVersionMatch" => options with { ResourceVersionMatch = value },
        "watch" => options with { Watch = Flag(value) },
        "sendInitialEvents" => options with { SendInitialEvents = Flag(value) },
        "allowWatchBookmarks" => options with { AllowWatchBookmarks = Flag(value) },
        "timeoutSeconds" => options with { TimeoutSeconds = (int)Math.Min(Number(name, value), int.MaxValue / 1000) },
        "dryRun" => options with { DryRun = DryRun(value) || options.DryRun },
        "fieldManager" => options with { FieldManager = value },
        "fieldValidation" => options with { FieldValidation = Validation(value) },
        "force" => options with { Force = Flag(value) },
        "propagationPolicy" => options with { PropagationPolicy = value },
        "orphanDependents" => options with { OrphanDependents = Flag(value) },
        "gracePeriodSeconds" => options with { GracePeriodSeconds = Number(name, value) },
        "pretty" => options with { Pretty = Flag(value) },
        "includeObject" => options with { IncludeObject = value },
        _ => options,
    };

    // Go's reading of a boolean parameter: anything but a clear no is a yes.
    private static bool Flag(string value) => value is not ("false" or "False" or "FALSE" or "0" or "f" or "F");

    private static long Number(string name, string value) => value.Length == 0 ? 0
        : long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw new ApiException(StatusReason.BadRequest, $"the query parameter {name} is not a number: {value}");

    private static bool DryRun(string value) => value switch
    {
        "" => false,
        "All" => true,
        _ => throw new ApiException(StatusReason.Invalid, $"dryRun: Unsupported value: \"{value}\": supported values: \"All\""),
    };

    private static FieldValidation Validation(string value) => value switch
    {
        "" or "Warn" => FieldValidation.Warn,
        "Ignore" => FieldValidation.Ignore,
        "Strict" => FieldValidation.Strict,
        _ => throw new ApiException(StatusReason.Invalid, $"fieldValidation: Unsupported value: \"{value}\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\""),
    };
}
