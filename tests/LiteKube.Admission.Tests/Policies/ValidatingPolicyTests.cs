using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;

namespace LiteKube.Admission.Tests.Policies;

public sealed class ValidatingPolicyTests
{
    private readonly PolicyFixture _fixture = new();

    [Fact]
    public async Task What_does_not_hold_is_denied_in_the_words_of_Kubernetes()
    {
        _fixture.Validating("""
            "validations":[{"expression":"object.data.a == '2'"}]
            """);
        _fixture.Bind();

        var denied = await _fixture.DeniedAsync(_fixture.Map());

        Assert.Equal("configmaps \"m\" is forbidden: ValidatingAdmissionPolicy 'policy' with binding 'binding' denied request: failed expression: object.data.a == '2'", denied.Message);
        Assert.Equal(StatusReason.Invalid, denied.Reason);
        Assert.Equal(422, denied.Status.Code);
        Assert.Equal("ValidatingAdmissionPolicy 'policy' with binding 'binding' denied request: failed expression: object.data.a == '2'", Assert.Single(denied.Status.Details!.Causes).Message);
        await _fixture.ValidateAsync(_fixture.Map("""{"a":"2"}"""));
    }

    [Fact]
    public async Task A_policy_without_a_binding_does_nothing()
    {
        _fixture.Validating("""
            "validations":[{"expression":"false"}]
            """);
        await _fixture.ValidateAsync(_fixture.Map());
    }

    [Theory]
    [InlineData("""{"expression":"false","message":" said so "}""", "said so", StatusReason.Invalid)]
    [InlineData("""{"expression":"false","message":"said so","reason":"Forbidden"}""", "said so", StatusReason.Forbidden)]
    [InlineData("""{"expression":"false","message":"text","messageExpression":"'a is ' + object.data.a"}""", "a is 1", StatusReason.Invalid)]
    [InlineData("""{"expression":"false","message":"text","messageExpression":"object.data.a + object.data.b"}""", "text", StatusReason.Invalid)]
    [InlineData("""{"expression":"false","messageExpression":"'a' + string(object.data.a.b)"}""", "failed expression: false", StatusReason.Invalid)]
    [InlineData("""{"expression":"false","message":"text","messageExpression":"'two\\nlines'"}""", "text", StatusReason.Invalid)]
    [InlineData("""{"expression":"false","message":"text","messageExpression":"'  '"}""", "text", StatusReason.Invalid)]
    [InlineData("""{"expression":"object.data.zzz == 'a'"}""", "expression 'object.data.zzz == 'a'' resulted in error: no such key: zzz", StatusReason.Invalid)]
    public async Task Messages_come_from_expression_text_or_the_rule_itself(string validation, string message, StatusReason reason)
    {
        _fixture.Validating($"\"validations\":[{validation}]");
        _fixture.Bind();
        var denied = await _fixture.DeniedAsync(_fixture.Map());
        Assert.EndsWith("denied request: " + message, denied.Message, StringComparison.Ordinal);
        Assert.Equal(reason, denied.Reason);
    }

    [Fact]
    public async Task Variables_build_on_one_another_and_are_only_computed_when_read()
    {
        _fixture.Validating("""
            "variables":[{"name":"n","expression":"size(object.data)"},{"name":"odd","expression":"variables.n % 2 == 1"},{"name":"broken","expression":"object.zzz"}],
            "validations":[{"expression":"variables.odd","messageExpression":"'there are ' + string(variables.n)"}]
            """);
        _fixture.Bind();
        await _fixture.ValidateAsync(_fixture.Map("""{"a":"1"}"""));
        Assert.EndsWith("there are 2", (await _fixture.DeniedAsync(_fixture.Map("""{"a":"1","b":"2"}"""))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_variable_that_fails_is_named()
    {
        _fixture.Validating("""
            "variables":[{"name":"v","expression":"object.zzz"}],"validations":[{"expression":"variables.v == 1"}]
            """);
        _fixture.Bind();
        Assert.EndsWith("resulted in error: composited variable \"v\" fails to evaluate: no such key: zzz", (await _fixture.DeniedAsync(_fixture.Map())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_namespace_and_old_object_can_be_read()
    {
        _fixture.Plugins.Objects.Put(new Namespace { Metadata = new ObjectMeta { Name = "ns", Labels = new Dictionary<string, string> { ["env"] = "prod" } } });
        _fixture.Validating("""
            "validations":[
              {"expression":"request.operation == 'CREATE' && request.name == 'm' && request.namespace == 'ns' && request.resource.resource == 'configmaps' && request.kind.kind == 'ConfigMap'"},
              {"expression":"request.userInfo.username == 'alice' && 'system:authenticated' in request.userInfo.groups && !request.dryRun"},
              {"expression":"namespaceObject.metadata.labels.env == 'prod' && namespaceObject.metadata.name == 'ns'"},
              {"expression":"oldObject == null && object.metadata.namespace == 'ns'"}]
            """);
        _fixture.Bind();
        await _fixture.ValidateAsync(_fixture.Map());
    }

    [Fact]
    public async Task A_deletion_has_an_old_object_only()
    {
        _fixture.Validating("""
            "validations":[{"expression":"object == null && oldObject.metadata.name == 'm'"},{"expression":"oldObject.metadata.name != 'm'","message":"stays"}]
            """);
        _fixture.Bind();
        var request = _fixture.Plugins.Request(AdmissionOperation.Delete, ConfigMap.Resource, null, PolicyFixture.Parse("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m","namespace":"ns"}}"""));
        Assert.EndsWith("denied request: stays", (await _fixture.DeniedAsync(request)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Warn_and_Audit_let_the_request_pass()
    {
        _fixture.Validating("""
            "validations":[{"expression":"true"},{"expression":"false","message":"no"}]
            """);
        _fixture.Bind("\"validationActions\":[\"Warn\",\"Audit\"]");

        var request = await _fixture.ValidateAsync(_fixture.Map());

        Assert.Equal("Validation failed for ValidatingAdmissionPolicy 'policy' with binding 'binding': no", Assert.Single(request.Warnings));
        Assert.Equal(
            """[{"message":"no","policy":"policy","binding":"binding","expressionIndex":1,"validationActions":["Warn","Audit"]}]""",
            request.AuditAnnotations["validation.policy.admission.k8s.io/validation_failure"]);
    }

    [Fact]
    public async Task Audit_annotations_are_noted_and_an_empty_or_null_one_is_left_out()
    {
        _fixture.Validating("""
            "auditAnnotations":[{"key":"a","valueExpression":"'a is ' + object.data.a"},{"key":"b","valueExpression":"''"},{"key":"c","valueExpression":"null"}]
            """);
        _fixture.Bind();
        _fixture.Bind(name: "second");
        var request = await _fixture.ValidateAsync(_fixture.Map());
        Assert.Equal("a is 1", request.AuditAnnotations["policy/a"]);
        Assert.Single(request.AuditAnnotations);
    }

    [Fact]
    public async Task A_failing_audit_annotation_denies_unless_failures_are_ignored()
    {
        _fixture.Validating("""
            "auditAnnotations":[{"key":"a","valueExpression":"'x' + object.zzz"}]
            """);
        _fixture.Bind("\"validationActions\":[\"Warn\"]");
        Assert.Contains("no such key: zzz", (await _fixture.DeniedAsync(_fixture.Map())).Message, StringComparison.Ordinal);
        _fixture.Validating("""
            "failurePolicy":"Ignore","auditAnnotations":[{"key":"a","valueExpression":"'x' + object.zzz"}]
            """);
        await _fixture.ValidateAsync(_fixture.Map());
    }

    [Fact]
    public async Task Failure_policy_Ignore_passes_over_errors_but_not_over_what_does_not_hold()
    {
        _fixture.Validating("""
            "failurePolicy":"Ignore","validations":[{"expression":"object.zzz == 1"}]
            """);
        _fixture.Bind();
        await _fixture.ValidateAsync(_fixture.Map());
        _fixture.Validating("""
            "failurePolicy":"Ignore","validations":[{"expression":"false"}]
            """);
        await _fixture.DeniedAsync(_fixture.Map());
    }

    [Theory]
    [InlineData("object.metadata.name == 'm'", true)]
    [InlineData("object.metadata.name != 'm'", false)]
    public async Task Match_conditions_choose(string condition, bool denied)
    {
        _fixture.Validating($$"""
            "matchConditions":[{"name":"all","expression":"true"},{"name":"some","expression":"{{condition}}"}],"validations":[{"expression":"false"}]
            """);
        _fixture.Bind();
        if (denied)
            await _fixture.DeniedAsync(_fixture.Map());
        else
            await _fixture.ValidateAsync(_fixture.Map());
    }

    [Fact]
    public async Task A_match_condition_that_fails_denies_unless_another_is_false()
    {
        _fixture.Validating("""
            "matchConditions":[{"name":"fails","expression":"object.zzz == 1"}],"validations":[{"expression":"true"}]
            """);
        _fixture.Bind();
        Assert.Contains("expression 'object.zzz == 1' resulted in error: no such key: zzz", (await _fixture.DeniedAsync(_fixture.Map())).Message, StringComparison.Ordinal);
        _fixture.Validating("""
            "matchConditions":[{"name":"fails","expression":"object.zzz == 1"},{"name":"no","expression":"false"}],"validations":[{"expression":"false"}]
            """);
        await _fixture.ValidateAsync(_fixture.Map());
    }

    [Fact]
    public async Task A_binding_narrows_what_its_policy_looks_at()
    {
        _fixture.Validating("""
            "validations":[{"expression":"false"}]
            """);
        _fixture.Bind("""
            "validationActions":["Deny"],"matchResources":{"matchPolicy":"Equivalent","namespaceSelector":{},"objectSelector":{"matchLabels":{"checked":"yes"}}}
            """);
        await _fixture.ValidateAsync(_fixture.Map());
        await _fixture.DeniedAsync(_fixture.Map(labels: """{"checked":"yes"}"""));
    }

    [Fact]
    public async Task Excluded_resources_are_not_looked_at()
    {
        _fixture.Validating("""
            "validations":[{"expression":"false"}]
            """, match: """
            {"resourceRules":[{"apiGroups":["*"],"apiVersions":["*"],"operations":["*"],"resources":["*"]}],"excludeResourceRules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["*"],"resources":["configmaps"]}]}
            """);
        _fixture.Bind();
        await _fixture.ValidateAsync(_fixture.Map());
    }

    [Fact]
    public async Task Parameters_are_found_by_name_and_by_selector()
    {
        _fixture.Validating("""
            "paramKind":{"apiVersion":"v1","kind":"ConfigMap"},"validations":[{"expression":"object.data.a == params.data.a && params.kind == 'ConfigMap'","messageExpression":"'not as ' + params.metadata.name"}]
            """);
        Param("one", "1", "x");
        Param("two", "2", "x");
        _fixture.Bind("""
            "validationActions":["Deny"],"paramRef":{"name":"one","parameterNotFoundAction":"Deny"}
            """);
        await _fixture.ValidateAsync(_fixture.Map());
        _fixture.Bind("""
            "validationActions":["Deny"],"paramRef":{"selector":{"matchLabels":{"set":"x"}},"namespace":"ns","parameterNotFoundAction":"Deny"}
            """);
        Assert.EndsWith("denied request: not as two", (await _fixture.DeniedAsync(_fixture.Map())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_parameter_that_is_not_there_denies_or_not_as_the_binding_says()
    {
        _fixture.Validating("""
            "paramKind":{"apiVersion":"v1","kind":"ConfigMap"},"validations":[{"expression":"params.data.a == '1'"}]
            """);
        _fixture.Bind("""
            "validationActions":["Deny"],"paramRef":{"name":"gone","parameterNotFoundAction":"Deny"}
            """);
        Assert.EndsWith("denied request: failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction", (await _fixture.DeniedAsync(_fixture.Map())).Message, StringComparison.Ordinal);
        _fixture.Bind("""
            "validationActions":["Deny"],"paramRef":{"name":"gone","parameterNotFoundAction":"Allow"}
            """);
        await _fixture.ValidateAsync(_fixture.Map());
    }

    [Fact]
    public async Task A_parameter_kind_that_is_not_served_denies()
    {
        _fixture.Validating("""
            "paramKind":{"apiVersion":"example.com/v1","kind":"Rules"},"validations":[{"expression":"true"}]
            """);
        _fixture.Bind("""
            "validationActions":["Deny"],"paramRef":{"name":"x","parameterNotFoundAction":"Deny"}
            """);
        Assert.Contains("failed to find resource referenced by paramKind: 'example.com/v1, Kind=Rules'", (await _fixture.DeniedAsync(_fixture.Map())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Expressions_that_cost_too_much_deny()
    {
        _fixture.Validating("""
            "validations":[{"expression":"lists.range(1000).all(x, lists.range(1000).all(y, lists.range(1000).all(z, x + y + z >= 0)))"}]
            """);
        _fixture.Bind();
        Assert.Contains("operation cancelled: actual cost limit exceeded", (await _fixture.DeniedAsync(_fixture.Map())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Policies_do_not_govern_policies()
    {
        _fixture.Validating("""
            "validations":[{"expression":"false"}]
            """, match: """{"resourceRules":[{"apiGroups":["*"],"apiVersions":["*"],"operations":["*"],"resources":["*"]}]}""");
        _fixture.Bind();
        await _fixture.ValidateAsync(_fixture.Plugins.Request(
            AdmissionOperation.Create, Api.Admissionregistration.V1.ValidatingAdmissionPolicy.Resource, PolicyFixture.Parse("""{"metadata":{"name":"p"}}""")));
    }

    private void Param(string name, string value, string set) => _fixture.Plugins.Objects.Put(new ConfigMap
    {
        Metadata = new ObjectMeta { Namespace = "ns", Name = name, Labels = new Dictionary<string, string> { ["set"] = set } },
        Data = new Dictionary<string, string> { ["a"] = value },
    });
}
