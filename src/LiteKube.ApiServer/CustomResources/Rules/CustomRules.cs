using System.Text.Json.Nodes;
using LiteKube.Api.CustomResources;
using LiteKube.Api.Validation;
using LiteKube.Cel;

namespace LiteKube.ApiServer.CustomResources.Rules;

/// <summary>
/// Runs the rules of a schema over an object. Transition rules run where the value that was there before can be told; other rules are not held against values
/// that did not change. (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules)
/// </summary>
internal sealed class CustomRules : ICustomRules
{
    private const int LongestMessage = 5 * 1024;

    private readonly RuleNode _root;

    private CustomRules(RuleNode root) => _root = root;

    public static CustomRules? Compile(JsonSchema schema) => RuleNode.Of(schema, isResource: true) is { } root ? new CustomRules(root) : null;

    public IReadOnlyList<FieldError> Validate(JsonObject tree, JsonObject? old)
    {
        var run = new Run();
        run.Value(_root, tree, Before.Of(old), FieldPath.Root);
        return run.Errors;
    }

    private sealed class Run
    {
        private readonly CelBudget _budget = new(CelBudget.PerRequest);
        private bool _stopped;

        public List<FieldError> Errors { get; } = [];

        public void Value(RuleNode node, JsonNode? value, Before before, FieldPath path)
        {
            if (value is null || _stopped)
                return;
            var unchanged = before.Is(value);
            if (unchanged && !node.HasTransitions)
                return;
            Rules(node, value, before, unchanged, path);
            switch (value)
            {
                case JsonObject members:
                    foreach (var (name, member) in members)
                        if (node.Members.TryGetValue(name, out var inner))
                            Value(inner, member, before.Member(name), path.Child(name));
                        else if (node.Additional is { } additional && !node.Schema.Properties.ContainsKey(name))
                            Value(additional, member, before.Member(name), path.Key(name));
                    break;
                case JsonArray list when node.Items is { } items:
                    var olds = before.Items(node.Schema);
                    for (var i = 0; i < list.Count; i++)
                        Value(items, list[i], olds.Of(list[i]), path.Index(i));
                    break;
            }
        }

        private void Rules(RuleNode node, JsonNode value, Before before, bool unchanged, FieldPath path)
        {
            if (node.Rules.Count == 0)
                return;
            var self = CelValue.FromJson(value, node.Type!);
            var was = before.Node is { } old ? CelValue.FromJson(old, node.Type!) : null;
            foreach (var rule in node.Rules)
            {
                if (_stopped)
                    return;
                if (rule.IsTransition ? was is null && rule.Rule.OptionalOldSelf != true : unchanged)
                    continue;
                var activation = new CelActivation().Set("self", self);
                if (rule.Rule.OptionalOldSelf == true)
                    activation.Set("oldSelf", was is null ? OptionalValue.None : OptionalValue.Of(was));
                else if (was is not null)
                    activation.Set("oldSelf", was);
                One(rule, activation, node.Schema, path);
            }
        }

        private void One(CompiledRule rule, CelActivation activation, JsonSchema schema, FieldPath path)
        {
            if (rule.Error is not null)
            {
                Errors.Add(FieldError.Invalid(path, schema.Type, $"rule compile error: {rule.Error}"));
                return;
            }

            var result = rule.Program!.Evaluate(activation, _budget);
            if (result.IsCostExceeded)
            {
                Errors.Add(FieldError.Invalid(path, schema.Type, $"'{result.Error}': no further validation rules will be run due to call cost exceeds limit for rule: {rule.Text}"));
                _stopped = true;
            }
            else if (_budget.IsExceeded)
            {
                Errors.Add(FieldError.Invalid(path, schema.Type, "validation failed due to running out of cost budget, no further validation rules will be run"));
                _stopped = true;
            }
            else if (result.Error is { } error)
            {
                Errors.Add(FieldError.Invalid(path, schema.Type, error.StartsWith("no such overload", StringComparison.Ordinal)
                    ? $"'{error}': call arguments did not match a supported operator, function or macro signature for rule: {rule.Text}"
                    : $"{error} evaluating rule: {rule.Text}"));
            }
            else if (!result.IsTrue)
            {
                Errors.Add(Broken(rule, Message(rule, activation), schema.Type, RulePath.Below(path, rule.Rule.FieldPath)));
            }
        }

        private string Message(CompiledRule rule, CelActivation activation)
        {
            if (rule.Message is { } expression && expression.Evaluate(activation, _budget).Value is StringValue made)
            {
                var text = made.Value.Trim();
                if (text.Length is > 0 and <= LongestMessage && !text.Contains('\n'))
                    return text;
            }

            return rule.Rule.Message.Length > 0 ? rule.Rule.Message.Trim() : $"failed rule: {rule.Text}";
        }

        private static FieldError Broken(CompiledRule rule, string message, string type, FieldPath path) => rule.Rule.Reason switch
        {
            "FieldValueForbidden" => FieldError.Forbidden(path, message),
            "FieldValueRequired" => FieldError.Required(path, message),
            "FieldValueDuplicate" => FieldError.Duplicate(path, type, message),
            _ => FieldError.Invalid(path, type, message),
        };
    }
}
