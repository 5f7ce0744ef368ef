using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.CustomResources;

/// <summary>One of a schema's x-kubernetes-validations: a CEL rule and what is said where it does not hold.</summary>
public sealed record ValidationRule(string Rule, string Message, string MessageExpression, string Reason, string FieldPath, bool? OptionalOldSelf)
{
    internal static ValidationRule Of(JsonObject rule) => new(
        rule.String("rule") ?? "",
        rule.String("message") ?? "",
        rule.String("messageExpression") ?? "",
        rule.String("reason") ?? "",
        rule.String("fieldPath") ?? "",
        rule.Bool("optionalOldSelf"));
}
