using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Validation.Rules;

/// <summary>Probes, hooks and what they do.</summary>
internal static class ProbeRules
{
    public static void Probes(FieldErrors errors, JsonObject container, FieldPath path)
    {
        foreach (var name in (ReadOnlySpan<string>)["livenessProbe", "startupProbe", "readinessProbe"])
        {
            if (container.Object(name) is not { } probe)
                continue;
            var at = path.Child(name);
            Handler(errors, probe, at, "exec", "httpGet", "tcpSocket", "grpc");
            if (name == "readinessProbe")
            {
                if (probe.Has("terminationGracePeriodSeconds"))
                    errors.Add(FieldError.Invalid(at.Child("terminationGracePeriodSeconds"), probe["terminationGracePeriodSeconds"], "must not be set for readinessProbes"));
                continue;
            }

            if (probe.Long("successThreshold") is { } successes and not 1)
                errors.Add(FieldError.Invalid(at.Child("successThreshold"), successes, "must be 1"));
            if (probe.Long("terminationGracePeriodSeconds") is { } grace and <= 0)
                errors.Add(FieldError.Invalid(at.Child("terminationGracePeriodSeconds"), grace, "must be greater than 0"));
        }
    }

    public static void LifecycleHandler(FieldErrors errors, JsonObject handler, FieldPath path) =>
        Handler(errors, handler, path, "exec", "httpGet", "tcpSocket", "sleep");

    public static void HttpGet(FieldErrors errors, JsonObject action, FieldPath path)
    {
        if (string.IsNullOrEmpty(action.String("path")))
            errors.Add(FieldError.Required(path.Child("path")));
        FieldRules.Port(errors, action["port"] ?? JsonValue.Create(0), path.Child("port"));
        foreach (var (i, header) in action.Items("httpHeaders"))
            errors.Check(path.Child("httpHeaders").Index(i).Child("name"), header.String("name") ?? "", NameRules.HttpHeaderName(header.String("name")));
    }

    public static void TcpSocket(FieldErrors errors, JsonObject action, FieldPath path) => FieldRules.Port(errors, action["port"] ?? JsonValue.Create(0), path.Child("port"));

    private static void Handler(FieldErrors errors, JsonObject handler, FieldPath path, params ReadOnlySpan<string> kinds)
    {
        var count = 0;
        foreach (var kind in kinds)
        {
            if (!handler.Has(kind))
                continue;
            if (count++ > 0)
                errors.Add(FieldError.Forbidden(path.Child(kind), "may not specify more than 1 handler type"));
            if (kind == "exec" && handler.Object("exec").Array("command") is null or { Count: 0 })
                errors.Add(FieldError.Required(path.Child("exec", "command")));
        }

        if (count == 0)
            errors.Add(FieldError.Required(path, "must specify a handler type"));
    }
}
