using System.Text;
using System.Text.Json.Nodes;
using LiteKube.Admission.Expressions;
using LiteKube.Api.Admissionregistration.V1;
using LiteKube.Api.Schema;
using LiteKube.Api.Validation;
using LiteKube.Cel;

namespace LiteKube.Admission.Policies;

/// <summary>What is wrong with the expressions of policies when they are written: the part of their validation that takes CEL.</summary>
public static class ExpressionRules
{
    private const int LongestAuditExpression = 5 * 1024;

    /// <summary>The errors by field; none for other kinds. A spec that an update leaves as it was is not judged again.</summary>
    public static IReadOnlyList<FieldError> Check(KindSchema kind, JsonObject tree, JsonObject? old)
    {
        if (kind.Resource.Group != "admissionregistration.k8s.io")
            return [];
        var errors = new List<FieldError>();
        switch (kind.Resource.Plural)
        {
            case "validatingadmissionpolicies" when !JsonNode.DeepEquals(tree["spec"], old?["spec"]):
                Validating(errors, tree.Child("spec") ?? [], tree.Child("metadata").Text("name") ?? "");
                break;
            case "mutatingadmissionpolicies" when !JsonNode.DeepEquals(tree["spec"], old?["spec"]):
                Mutating(errors, tree.Child("spec") ?? []);
                break;
        }

        return errors;
    }

    private static void Validating(List<FieldError> errors, JsonObject spec, string name)
    {
        var path = FieldPath.Root.Child("spec");
        var hasParams = spec.Has("paramKind");
        var environment = AdmissionEnvironment.Policies(hasParams);
        Conditions(errors, spec, path, environment);
        var variables = Variables(errors, spec, path, environment);
        var composed = variables.In(environment);
        var messages = variables.In(AdmissionEnvironment.Policies(hasParams, authorizer: false));
        var index = 0;
        foreach (var validation in spec.Objects("validations"))
        {
            var at = path.Child("validations").Index(index++);
            Compile(errors, at.Child("expression"), validation.Text("expression"), composed, CelType.Bool);
            Compile(errors, at.Child("messageExpression"), validation.Text("messageExpression"), messages, CelType.String);
        }

        index = 0;
        foreach (var annotation in spec.Objects("auditAnnotations"))
        {
            var at = path.Child("auditAnnotations").Index(index++);
            if (name.Length > 0 && NameRules.QualifiedName($"{name}/{annotation.Text("key")}") is { } wrong)
                errors.Add(FieldError.Invalid(at.Child("key"), $"{name}/{annotation.Text("key")}", wrong));
            var expression = annotation.Text("valueExpression");
            if (expression is not null && Encoding.UTF8.GetByteCount(expression.Trim()) > LongestAuditExpression)
                errors.Add(FieldError.Required(at.Child("valueExpression"), $"must not exceed {LongestAuditExpression} bytes in length"));
            else
                Compile(errors, at.Child("valueExpression"), expression, composed, CelType.String, CelType.Null);
        }
    }

    private static void Mutating(List<FieldError> errors, JsonObject spec)
    {
        var path = FieldPath.Root.Child("spec");
        var hasParams = spec.Has("paramKind");
        var environment = AdmissionEnvironment.Policies(hasParams);
        Conditions(errors, spec, path, environment);
        var patches = Variables(errors, spec, path, environment).In(AdmissionEnvironment.Mutations(hasParams));
        var index = 0;
        foreach (var mutation in spec.Objects("mutations"))
        {
            var at = path.Child("mutations").Index(index++);
            if (mutation.Text("patchType") == "ApplyConfiguration")
                Compile(errors, at.Child("applyConfiguration", "expression"), mutation.Child("applyConfiguration").Text("expression"), patches, PatchTypes.ApplyConfiguration);
            else if (mutation.Text("patchType") == "JSONPatch")
                Compile(errors, at.Child("jsonPatch", "expression"), mutation.Child("jsonPatch").Text("expression"), patches, CelType.List(PatchTypes.JsonPatch));
        }
    }

    private static void Conditions(List<FieldError> errors, JsonObject owner, FieldPath path, CelEnvironment environment)
    {
        var index = 0;
        foreach (var condition in owner.Objects("matchConditions"))
        {
            var at = path.Child("matchConditions").Index(index++).Child("expression");
            Compile(errors, at, condition.Text("expression")?.Trim(), environment, CelType.Bool);
        }
    }

    private static PolicyVariables Variables(List<FieldError> errors, JsonObject spec, FieldPath path, CelEnvironment environment)
    {
        Variable[] variables = [.. spec.Objects("variables").Select(v => new Variable { Name = v.Text("name") ?? "", Expression = v.Text("expression") ?? "" })];
        var compiled = PolicyVariables.Compile(variables, environment);
        for (var i = 0; i < variables.Length; i++)
        {
            var at = path.Child("variables").Index(i);
            if (variables[i].Name.Trim().Length > 0 && !CelEnvironment.IsIdentifier(variables[i].Name))
                errors.Add(FieldError.Invalid(at.Child("name"), variables[i].Name, "name is not a valid CEL identifier"));
            if (variables[i].Expression.Trim().Length > 0 && compiled.Compilations[i].Program is null)
                errors.Add(FieldError.Invalid(at.Child("expression"), variables[i].Expression, compiled.Compilations[i].Detail));
        }

        return compiled;
    }

    // That an expression is there at all is for the schema's rules to say.
    private static void Compile(List<FieldError> errors, FieldPath path, string? expression, CelEnvironment environment, params IReadOnlyList<CelType> allowed)
    {
        if (!string.IsNullOrWhiteSpace(expression) && environment.Compile(expression, allowed) is { Program: null } failed)
            errors.Add(FieldError.Invalid(path, expression, failed.Detail));
    }
}
