using LiteKube.Cel;

namespace LiteKube.Admission.Expressions;

/// <summary>The environments that admission's expressions compile in.</summary>
public static class AdmissionEnvironment
{
    /// <summary><c>object</c>, <c>oldObject</c>, <c>request</c>, <c>authorizer</c>: the match conditions of webhooks.</summary>
    public static CelEnvironment Webhooks { get; } = CelEnvironment.Kubernetes
        .WithVariable("object", CelType.Dyn)
        .WithVariable("oldObject", CelType.Dyn)
        .WithVariable("request", AdmissionTypes.Request)
        .WithVariable("authorizer", AuthorizerValue.AuthorizerType)
        .WithVariable("authorizer.requestResource", AuthorizerValue.ResourceCheckType);

    /// <summary>What policies have: <c>namespaceObject</c> too, and <c>params</c> where a parameter kind is named.</summary>
    public static CelEnvironment Policies(bool hasParams)
    {
        var environment = Webhooks.WithVariable("namespaceObject", AdmissionTypes.Namespace);
        return hasParams ? environment.WithVariable("params", CelType.Dyn) : environment;
    }
}
