using LiteKube.Cel;

namespace LiteKube.Admission.Expressions;

/// <summary>The environments that admission's expressions compile in.</summary>
public static class AdmissionEnvironment
{
    private static readonly CelEnvironment s_plain = CelEnvironment.Kubernetes
        .WithVariable("object", CelType.Dyn)
        .WithVariable("oldObject", CelType.Dyn)
        .WithVariable("request", AdmissionTypes.Request);

    /// <summary><c>object</c>, <c>oldObject</c>, <c>request</c>, <c>authorizer</c>: the match conditions of webhooks.</summary>
    public static CelEnvironment Webhooks { get; } = Authorized(s_plain);

    /// <summary>What policies have: <c>namespaceObject</c> too, and <c>params</c> where a parameter kind is named.</summary>
    /// <param name="authorizer">False for message expressions, which cannot ask the authorizer.</param>
    public static CelEnvironment Policies(bool hasParams, bool authorizer = true)
    {
        var environment = (authorizer ? Webhooks : s_plain).WithVariable("namespaceObject", AdmissionTypes.Namespace);
        return hasParams ? environment.WithVariable("params", CelType.Dyn) : environment;
    }

    /// <summary>As <see cref="Policies"/>, with the constructors of apply configurations and JSON patches.</summary>
    public static CelEnvironment Mutations(bool hasParams) => Policies(hasParams).WithTypes(PatchTypes.Provider);

    /// <summary>For type checking against one resource: the object has its schema's type.</summary>
    public static CelEnvironment Typed(CelType objectType, CelType? paramsType)
    {
        var environment = Policies(paramsType is not null).WithVariable("object", objectType).WithVariable("oldObject", objectType);
        return paramsType is null ? environment : environment.WithVariable("params", paramsType);
    }

    private static CelEnvironment Authorized(CelEnvironment environment) => environment
        .WithVariable("authorizer", AuthorizerValue.AuthorizerType)
        .WithVariable("authorizer.requestResource", AuthorizerValue.ResourceCheckType);
}
