using System.Globalization;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.CustomResources;
using LiteKube.Api.Validation;

namespace LiteKube.ApiServer.CustomResources.Rules;

/// <summary>
/// Judges the rules of a definition before anything runs: each compiles, and what all of them can cost at worst stays within limits.
/// (https://kubernetes.io/docs/reference/using-api/cel/#estimated-cost-limits)
/// </summary>
internal sealed class RuleCheck
{
    private const long PerRule = 10_000_000;
    private const long PerSchema = 100_000_000;
    private const string Advice = "(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)";

    private readonly List<FieldError> _errors = [];
    private double _total;

    public static IReadOnlyList<FieldError> Check(JsonObject definition, JsonObject? old)
    {
        var versions = (definition.Object("spec").Array("versions") ?? []).OfType<JsonObject>().ToArray();
        var before = (old.Object("spec").Array("versions") ?? []).OfType<JsonObject>().Select(v => v["schema"]).ToArray();
        var shared = versions.Length > 0 && versions.All(v => JsonNode.DeepEquals(v["schema"], versions[0]["schema"]));
        var spec = FieldPath.Root.Child("spec");
        var errors = new List<FieldError>();
        for (var i = 0; i < (shared ? 1 : versions.Length); i++)
        {
            // What was accepted once is not refused because limits are reckoned otherwise now.
            if (versions[i].Object("schema").Object("openAPIV3Schema") is not { } schema || before.Any(b => JsonNode.DeepEquals(b, versions[i]["schema"])))
                continue;
            var path = (shared ? spec.Child("validation") : spec.Child("versions").Index(i).Child("schema")).Child("openAPIV3Schema");
            errors.AddRange(Schema(JsonSchema.Parse(schema), path));
        }

        return errors;
    }

    private static IReadOnlyList<FieldError> Schema(JsonSchema schema, FieldPath path)
    {
        if (RuleNode.Of(schema, isResource: true) is not { } root)
            return [];
        var check = new RuleCheck();
        check.Node(root, path, 1, null);
        if (check._total > PerSchema)
            check._errors.Add(FieldError.Forbidden(path, $"x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of {Factor(check._total / PerSchema)} {Advice}"));
        return check._errors;
    }

    /// <param name="times">How often the node can occur in an object; null where nothing limits it.</param>
    /// <param name="uncorrelatable">The list above whose items have no names by which to find what they were.</param>
    private void Node(RuleNode node, FieldPath path, double? times, FieldPath? uncorrelatable)
    {
        for (var i = 0; i < node.Rules.Count; i++)
        {
            var rule = node.Rules[i];
            var at = path.Child("x-kubernetes-validations").Index(i);
            _errors.AddRange(rule.Problems(node.Schema, at, uncorrelatable));
            if (rule.Error is not null)
                continue;
            var count = times ?? RuleTypes.MostIn(node.Schema);
            Cost(rule.Program!.EstimateCost() * count, "estimated rule cost", at.Child("rule"));
            if (rule.Message is { } message)
                Cost(message.EstimateCost() * count, "estimated messageExpression cost", at.Child("messageExpression"));
        }

        foreach (var (name, member) in node.Members)
            Node(member, path.Child("properties").Key(name), times, uncorrelatable);
        if (node.Additional is { } additional)
            Node(additional, path.Child("additionalProperties"), times * node.Schema.MaxProperties, uncorrelatable);
        if (node.Items is { } items)
            Node(items, path.Child("items"), times * node.Schema.MaxItems, uncorrelatable ?? (node.Schema.ListType == "map" ? null : path));
    }

    private void Cost(double cost, string what, FieldPath path)
    {
        _total += cost;
        if (cost > PerRule)
            _errors.Add(FieldError.Forbidden(path, $"{what} exceeds budget by factor of {Factor(cost / PerRule)} {Advice}"));
    }

    private static string Factor(double exceeds) =>
        exceeds > 100 ? "more than 100x" : exceeds.ToString(exceeds < 1.5 ? "F6" : "F1", CultureInfo.InvariantCulture) + "x";
}
