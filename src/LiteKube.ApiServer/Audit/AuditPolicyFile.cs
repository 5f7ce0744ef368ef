using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Codecs;

namespace LiteKube.ApiServer.Audit;

/// <summary>Reads a Policy of audit.k8s.io/v1. A word that it does not know is an error: a policy that records less than its author believes is worse than none.</summary>
internal static class AuditPolicyFile
{
    private static readonly string[] s_topFields = ["apiVersion", "kind", "metadata", "omitStages", "omitManagedFields", "rules"];
    private static readonly string[] s_ruleFields = ["level", "users", "userGroups", "verbs", "resources", "namespaces", "nonResourceURLs", "omitStages", "omitManagedFields"];

    /// <exception cref="InvalidDataException">Names the file and what is wrong in it.</exception>
    public static AuditPolicy Read(string path)
    {
        try
        {
            return Parse(Yaml.ToTree(File.ReadAllBytes(path)));
        }
        catch (Exception e) when (e is FormatException or ApiException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"The audit policy {path} cannot be used: {e.Message}", e);
        }
    }

    /// <exception cref="FormatException">Says where and what.</exception>
    public static AuditPolicy Parse(JsonObject tree)
    {
        if (tree.String("apiVersion") != "audit.k8s.io/v1" || tree.String("kind") != "Policy")
            throw new FormatException("it must have apiVersion: audit.k8s.io/v1 and kind: Policy");
        Known(tree, s_topFields, "");
        var omitted = Stages(tree, "omitStages");
        var omitManagedFields = Flag(tree, "omitManagedFields", "") ?? false;
        if (tree.Array("rules") is not { Count: > 0 } rules)
            throw new FormatException("rules: Required value: without a rule nothing is recorded");
        return new AuditPolicy([.. rules.Select((r, i) => Rule(r as JsonObject ?? throw new FormatException($"rules[{i}]: must be a mapping"), $"rules[{i}]", omitted, omitManagedFields))]);
    }

    private static AuditRule Rule(JsonObject rule, string at, AuditStages omitted, bool omitManagedFields)
    {
        Known(rule, s_ruleFields, at + ".");
        var text = rule.String("level") ?? "";
        if (!Enum.TryParse<AuditLevel>(text, out var level) || !Enum.IsDefined(level) || level.ToString() != text)
            throw new FormatException($"{at}.level: Unsupported value: \"{text}\": supported values: \"None\", \"Metadata\", \"Request\", \"RequestResponse\"");
        var result = new AuditRule(level)
        {
            Users = Texts(rule, "users", at),
            UserGroups = Texts(rule, "userGroups", at),
            Verbs = Texts(rule, "verbs", at),
            Namespaces = Texts(rule, "namespaces", at),
            NonResourceUrls = Texts(rule, "nonResourceURLs", at),
            Resources = [.. (rule.Array("resources") ?? []).Select((r, i) => Resources(r as JsonObject ?? throw new FormatException($"{at}.resources[{i}]: must be a mapping"), $"{at}.resources[{i}]"))],
            Omitted = omitted | Stages(rule, "omitStages"),
            OmitManagedFields = Flag(rule, "omitManagedFields", at) ?? omitManagedFields,
        };
        if (result.NonResourceUrls.Count > 0 && (result.Resources.Count > 0 || result.Namespaces.Count > 0))
            throw new FormatException($"{at}.nonResourceURLs: Invalid value: rules cannot apply to both regular resources and non-resource URLs");
        return result;
    }

    private static GroupResources Resources(JsonObject resources, string at)
    {
        Known(resources, ["group", "resources", "resourceNames"], at + ".");
        var result = new GroupResources(resources.String("group") ?? "", Texts(resources, "resources", at), Texts(resources, "resourceNames", at));
        if (result.Names.Count > 0 && result.Resources.Count == 0)
            throw new FormatException($"{at}.resourceNames: Invalid value: using resourceNames requires at least one resource");
        return result;
    }

    private static AuditStages Stages(JsonObject owner, string name)
    {
        var stages = AuditStages.None;
        foreach (var text in Texts(owner, name, ""))
        {
            stages |= text switch
            {
                "RequestReceived" => AuditStages.RequestReceived,
                "ResponseStarted" => AuditStages.ResponseStarted,
                "ResponseComplete" => AuditStages.ResponseComplete,
                "Panic" => AuditStages.Panic,
                _ => throw new FormatException($"{name}: Unsupported value: \"{text}\": supported values: \"Panic\", \"RequestReceived\", \"ResponseComplete\", \"ResponseStarted\""),
            };
        }

        return stages;
    }

    private static bool? Flag(JsonObject owner, string name, string at) => owner[name] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
        _ => throw new FormatException($"{at}.{name}: must be true or false"),
    };

    private static string[] Texts(JsonObject owner, string name, string at) => owner[name] switch
    {
        null => [],
        JsonArray list => [.. list.Select(i => i.AsString() ?? throw new FormatException($"{at}.{name}: must be a list of strings"))],
        _ => throw new FormatException($"{at}.{name}: must be a list of strings"),
    };

    private static void Known(JsonObject owner, string[] names, string at)
    {
        foreach (var (name, _) in owner)
        {
            if (!names.Contains(name))
                throw new FormatException($"{at}{name}: there is no such field");
        }
    }
}
