namespace LiteKube.Cel;

/// <summary>authorizer.group('apps').resource('deployments').check('create').allowed() and the like.</summary>
internal static class AuthorizerLibrary
{
    private static readonly CelType s_decision = CelType.Opaque("kubernetes.authorization.Decision");

    public static void AddTo(FunctionSet functions)
    {
        CelType authorizer = AuthorizerValue.AuthorizerType;
        CelType resource = AuthorizerValue.ResourceCheck;
        functions.Member("path", "authorizer_path", [authorizer, CelType.String], AuthorizerValue.PathCheck, v => string.IsNullOrWhiteSpace(Text(v[1]))
            ? new ErrorValue("path must not be empty")
            : Of(v[0]).With(AuthorizerValue.PathCheck, Of(v[0]).Check with { Path = Text(v[1]) }));
        functions.Member("group", "authorizer_group", [authorizer, CelType.String], AuthorizerValue.GroupCheck, v => Of(v[0]).With(AuthorizerValue.GroupCheck, Of(v[0]).Check with { Group = Text(v[1]) }));
        functions.Member("serviceAccount", "authorizer_serviceaccount", [authorizer, CelType.String, CelType.String], authorizer, ServiceAccount);
        functions.Member("resource", "groupcheck_resource", [AuthorizerValue.GroupCheck, CelType.String], resource, v => string.IsNullOrWhiteSpace(Text(v[1]))
            ? new ErrorValue("resource must not be empty")
            : Of(v[0]).With(resource, Of(v[0]).Check with { Resource = Text(v[1]) }));
        Narrow("subresource", "resourcecheck_subresource", (c, t) => c with { Subresource = t });
        Narrow("namespace", "resourcecheck_namespace", (c, t) => c with { Namespace = t });
        Narrow("name", "resourcecheck_name", (c, t) => c with { Name = t });
        Narrow("fieldSelector", "authorizer_fieldselector", (c, t) => c with { FieldSelector = t });
        Narrow("labelSelector", "authorizer_labelselector", (c, t) => c with { LabelSelector = t });
        functions.Member("check", "pathcheck_check", [AuthorizerValue.PathCheck, CelType.String], s_decision, Ask, Costs.Authorization);
        functions.Member("check", "resourcecheck_check", [resource, CelType.String], s_decision, Ask, Costs.Authorization);
        functions.Member("allowed", "decision_allowed", [s_decision], CelType.Bool, v => BoolValue.Of(Decision(v[0]).IsAllowed));
        functions.Member("reason", "decision_reason", [s_decision], CelType.String, v => new StringValue(Decision(v[0]).Reason));
        functions.Member("errored", "decision_errored", [s_decision], CelType.Bool, v => BoolValue.Of(Decision(v[0]).Error is not null));
        functions.Member("error", "decision_error", [s_decision], CelType.String, v => new StringValue(Decision(v[0]).Error ?? ""));

        void Narrow(string function, string id, Func<CelAccessCheck, string, CelAccessCheck> narrow) =>
            functions.Member(function, id, [resource, CelType.String], resource, v => Of(v[0]).With(resource, narrow(Of(v[0]).Check, Text(v[1]))));
    }

    private static string Text(CelValue value) => ((StringValue)value).Value;

    private static AuthorizerValue Of(CelValue value) => (AuthorizerValue)value;

    private static CelDecision Decision(CelValue value) => ((DecisionValue)value).Decision;

    private static CelValue ServiceAccount(CelValue[] values)
    {
        var ns = Text(values[1]);
        var name = Text(values[2]);
        if (NamedFormats.All.First(f => f.Name == "dns1123Subdomain").Problems(name) is { Count: > 0 } names)
            return new ErrorValue($"Invalid service account name \"{name}\": {string.Join(", ", names)}");
        if (NamedFormats.All.First(f => f.Name == "dns1123Label").Problems(ns) is { Count: > 0 } namespaces)
            return new ErrorValue($"Invalid service account namespace \"{ns}\": {string.Join(", ", namespaces)}");
        return Of(values[0]).With(AuthorizerValue.AuthorizerType, Of(values[0]).Check with { ServiceAccount = (ns, name) });
    }

    private static DecisionValue Ask(CelValue[] values)
    {
        var value = Of(values[0]);
        return new DecisionValue(value.Authorizer.Check(value.Check with { Verb = Text(values[1]) }));
    }

    private sealed class DecisionValue(CelDecision decision) : OpaqueValue(s_decision)
    {
        public CelDecision Decision => decision;

        protected internal override bool EqualTo(OpaqueValue other) => other is DecisionValue value && value.Decision == decision;
    }
}
