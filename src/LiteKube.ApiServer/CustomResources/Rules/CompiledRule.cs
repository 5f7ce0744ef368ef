using LiteKube.Api.CustomResources;
using LiteKube.Api.Validation;
using LiteKube.Cel;

namespace LiteKube.ApiServer.CustomResources.Rules;

/// <summary>One rule, compiled against the type of the values it is about; or why that failed.</summary>
internal sealed class CompiledRule
{
    private static readonly string[] s_reasons = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

    private CompiledRule(ValidationRule rule, CelEnvironment environment)
    {
        Rule = rule;
        var compiled = environment.Compile(rule.Rule);
        if (compiled.Program is null)
            Error = $"compilation failed: {compiled.Message}";
        else if (!compiled.Program.ResultType.Equals(CelType.Bool))
            Error = "cel expression must evaluate to a bool";
        Program = compiled.Program;
        IsTransition = Program?.Reads("oldSelf") == true;
        if (rule.MessageExpression.Length == 0)
            return;
        var message = environment.Compile(rule.MessageExpression);
        if (message.Program is null)
            MessageError = $"messageExpression compilation failed: {message.Message}";
        else if (!message.Program.ResultType.Equals(CelType.String))
            MessageError = "messageExpression must evaluate to a string";
        else
            Message = message.Program;
    }

    public ValidationRule Rule { get; }

    public CelProgram? Program { get; }

    public CelProgram? Message { get; }

    public string? Error { get; }

    public string? MessageError { get; }

    /// <summary>The rule compares with what was before, so it is about updates only, unless it says otherwise.</summary>
    public bool IsTransition { get; }

    /// <summary>What a failure is called where nothing else is said.</summary>
    public string Text => Rule.Message.Trim() is { Length: > 0 } message ? message : Rule.Rule.Trim();

    public static CompiledRule Of(ValidationRule rule, CelType type)
    {
        var old = rule.OptionalOldSelf == true ? CelType.Optional(type) : type;
        return new CompiledRule(rule, CelEnvironment.Kubernetes.WithVariable("self", type).WithVariable("oldSelf", old));
    }

    /// <summary>What is wrong with the rule itself.</summary>
    public IEnumerable<FieldError> Problems(JsonSchema schema, FieldPath path, FieldPath? uncorrelatable)
    {
        var at = path.Child("rule");
        if (Rule.Rule.Trim().Length == 0)
            yield return FieldError.Required(at, "rule is not specified");
        else if (Error is not null)
            yield return FieldError.Invalid(at, Rule.Rule, Error);
        else if (IsTransition && uncorrelatable is not null)
            yield return FieldError.Invalid(at, Rule.Rule, $"oldSelf cannot be used on the uncorrelatable portion of the schema within {uncorrelatable}");
        if (Rule.OptionalOldSelf is not null && Error is null && !IsTransition)
            yield return FieldError.Invalid(path.Child("optionalOldSelf"), Rule.OptionalOldSelf, "may not be set if oldSelf is not used in rule");
        if (MessageError is not null)
            yield return FieldError.Invalid(path.Child("messageExpression"), Rule.MessageExpression, MessageError);
        if (Rule.Message.Length > 0 && Rule.Message.Trim().Length == 0)
            yield return FieldError.Invalid(path.Child("message"), Rule.Message, "message must be non-empty if specified");
        else if (Rule.Message.Trim().Contains('\n'))
            yield return FieldError.Invalid(path.Child("message"), Rule.Message, "message must not contain line breaks");
        else if (Rule.Rule.Trim().Contains('\n') && Rule.Message.Length == 0)
            yield return FieldError.Required(path.Child("message"), "message must be specified if rule contains line breaks");
        if (Rule.Reason.Length > 0 && !s_reasons.Contains(Rule.Reason))
            yield return FieldError.NotSupported(path.Child("reason"), Rule.Reason, s_reasons);
        if (Rule.FieldPath.Length > 0 && RulePath.Problem(Rule.FieldPath, schema) is { } wrong)
            yield return FieldError.Invalid(path.Child("fieldPath"), Rule.FieldPath, wrong);
    }
}
