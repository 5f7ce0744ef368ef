using LiteKube.Admission.Policies;
using LiteKube.Api.Admissionregistration.V1;
using LiteKube.Api.Schema;

namespace LiteKube.Admission.Tests.Policies;

public sealed class ExpressionRulesTests
{
    [Theory]
    [InlineData("validations:[{expression:'object.x > '}]", "spec.validations[0].expression: Invalid value: \"object.x > \": compilation failed: ERROR: <input>:1:12: Syntax error: mismatched input '<EOF>'")]
    [InlineData("validations:[{expression:'zzz == 1'}]", "spec.validations[0].expression: Invalid value: \"zzz == 1\": compilation failed: ERROR: <input>:1:1: undeclared reference to 'zzz' (in container '')\n | zzz == 1\n | ^")]
    [InlineData("validations:[{expression:'object.spec.replicas'}]", "must evaluate to bool but got dyn")]
    [InlineData("validations:[{expression:'params.x == 1'}]", "undeclared reference to 'params'")]
    [InlineData("validations:[{expression:'true',messageExpression:'1'}]", "spec.validations[0].messageExpression: Invalid value: \"1\": must evaluate to string but got int")]
    [InlineData("validations:[{expression:'true',messageExpression:'string(authorizer.path(\"/a\").check(\"get\").allowed())'}]", "undeclared reference to 'authorizer'")]
    [InlineData("validations:[{expression:'variables.a'}],variables:[{name:'a',expression:'1'}]", "must evaluate to bool but got int")]
    [InlineData("validations:[{expression:'variables.b == 1'}],variables:[{name:'a',expression:'1'}]", "undefined field 'b'")]
    [InlineData("validations:[{expression:'true'}],variables:[{name:'a',expression:'variables.b'},{name:'b',expression:'1'}]", "spec.variables[0].expression")]
    [InlineData("validations:[{expression:'true'}],variables:[{name:'for',expression:'1'}]", "spec.variables[0].name: Invalid value: \"for\": name is not a valid CEL identifier")]
    [InlineData("matchConditions:[{name:'a',expression:'1'}]", "spec.matchConditions[0].expression: Invalid value: \"1\": must evaluate to bool but got int")]
    [InlineData("auditAnnotations:[{key:'a',valueExpression:'1'}]", "must evaluate to one of [string null] but got int")]
    [InlineData("auditAnnotations:[{key:'-',valueExpression:'null'}]", "spec.auditAnnotations[0].key: Invalid value: \"p/-\"")]
    public void Faults_of_a_validating_policy_are_found_when_it_is_written(string spec, string error) =>
        Assert.Contains(error, Single(ValidatingAdmissionPolicy.Resource.Plural, spec), StringComparison.Ordinal);

    [Theory]
    [InlineData("mutations:[{patchType:'ApplyConfiguration',applyConfiguration:{expression:'1'}}]", "spec.mutations[0].applyConfiguration.expression: Invalid value: \"1\": must evaluate to Object but got int")]
    [InlineData("mutations:[{patchType:'JSONPatch',jsonPatch:{expression:'1'}}]", "must evaluate to list(JSONPatch) but got int")]
    [InlineData("mutations:[{patchType:'JSONPatch',jsonPatch:{expression:'[JSONPatch{opp: \"add\"}]'}}]", "undefined field 'opp'")]
    [InlineData("mutations:[{patchType:'JSONPatch',jsonPatch:{expression:'[JSONPatch{op: 1}]'}}]", "expected type of field 'op' is 'string' but provided type is 'int'")]
    [InlineData("mutations:[{patchType:'ApplyConfiguration',applyConfiguration:{expression:'Thing{}'}}]", "undeclared reference to 'Thing'")]
    public void Faults_of_a_mutating_policy_are_found_when_it_is_written(string spec, string error) =>
        Assert.Contains(error, Single(MutatingAdmissionPolicy.Resource.Plural, spec), StringComparison.Ordinal);

    [Fact]
    public void What_is_right_passes()
    {
        Assert.Empty(Check(ValidatingAdmissionPolicy.Resource.Plural, "paramKind:{apiVersion:'v1',kind:'ConfigMap'},variables:[{name:'a',expression:'object.x'}],validations:[{expression:'variables.a == params.a && size(namespaceObject.metadata.name) > 0'}]"));
        Assert.Empty(Check(MutatingAdmissionPolicy.Resource.Plural, "mutations:[{patchType:'ApplyConfiguration',applyConfiguration:{expression:'true ? Object{} : Object{spec: Object.spec{replicas: 1}}'}},{patchType:'JSONPatch',jsonPatch:{expression:'true ? [JSONPatch{op: \"remove\", path: \"/x\"}] : []'}}]"));
    }

    private static string Single(string plural, string spec) => Assert.Single(Check(plural, spec)).ToString();

    private static IReadOnlyList<Api.Validation.FieldError> Check(string plural, string spec)
    {
        // Names without quotes and texts in single ones, for the eye.
        var quoted = System.Text.RegularExpressions.Regex.Replace(spec.Replace("\"", "\\\"", StringComparison.Ordinal), "([{,\\[])(\\w+):(?=['\\[{])", "$1\"$2\":").Replace('\'', '"');
        quoted = System.Text.RegularExpressions.Regex.Replace(quoted, "^(\\w+):", "\"$1\":");
        return ExpressionRules.Check(Kind(plural), PolicyFixture.Parse($$$"""{"metadata":{"name":"p"},"spec":{{{{quoted}}}}}"""), null);
    }

    private static KindSchema Kind(string plural) => ApiSchema.Current.Find("admissionregistration.k8s.io", "v1", plural)!;
}
