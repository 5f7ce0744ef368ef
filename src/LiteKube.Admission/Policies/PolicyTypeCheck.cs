using LiteKube.Admission.Expressions;
using LiteKube.Api.Admissionregistration.V1;
using LiteKube.Api.Schema;
using LiteKube.Api.Validation;
using LiteKube.Cel;

namespace LiteKube.Admission.Policies;

/// <summary>
/// Compiles a policy's expressions against the types that it is about, and says what cannot be right. It changes nothing about what the policy does.
/// (https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/#type-checking)
/// </summary>
public static class PolicyTypeCheck
{
    public static IReadOnlyList<ExpressionWarning> Warnings(ValidatingAdmissionPolicySpec spec, IReadOnlyList<(GroupVersionKind Kind, TypeSchema Type)> types, TypeSchema? paramsType)
    {
        var warnings = new List<ExpressionWarning>();
        var environments = types.Select(t => (t.Kind, Environment: Composed(spec, t.Type, paramsType))).ToArray();
        for (var i = 0; i < spec.Validations.Count; i++)
        {
            var path = FieldPath.Root.Child("spec", "validations").Index(i);
            Check(warnings, path.Child("expression"), spec.Validations[i].Expression, environments);
            if (!string.IsNullOrEmpty(spec.Validations[i].MessageExpression))
                Check(warnings, path.Child("messageExpression"), spec.Validations[i].MessageExpression!, environments);
        }

        return warnings;
    }

    private static CelEnvironment Composed(ValidatingAdmissionPolicySpec spec, TypeSchema type, TypeSchema? paramsType)
    {
        var environment = AdmissionEnvironment.Typed(SchemaTypes.Of(type), spec.ParamKind is null ? null : paramsType is null ? CelType.Dyn : SchemaTypes.Of(paramsType));
        return PolicyVariables.Compile(spec.Variables, environment).In(environment);
    }

    private static void Check(List<ExpressionWarning> warnings, FieldPath path, string expression, (GroupVersionKind Kind, CelEnvironment Environment)[] environments)
    {
        var found = new List<string>();
        foreach (var (kind, environment) in environments)
        {
            if (environment.Compile(expression) is { Program: null } failed)
                found.Add($"{kind.ApiVersion}, Kind={kind.Kind}: {failed.Message}\n");
        }

        if (found.Count > 0)
            warnings.Add(new ExpressionWarning { FieldRef = path.ToString(), Warning = string.Join('\n', found) });
    }
}
