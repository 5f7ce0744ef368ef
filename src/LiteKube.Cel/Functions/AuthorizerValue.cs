namespace LiteKube.Cel;

/// <summary>The <c>authorizer</c> variable: questions to an <see cref="ICelAuthorizer"/>, put together by calls.</summary>
public sealed class AuthorizerValue : OpaqueValue
{
    internal static readonly CelType PathCheck = CelType.Opaque("kubernetes.authorization.PathCheck");
    internal static readonly CelType GroupCheck = CelType.Opaque("kubernetes.authorization.GroupCheck");
    internal static readonly CelType ResourceCheck = CelType.Opaque("kubernetes.authorization.ResourceCheck");

    private AuthorizerValue(CelType type, ICelAuthorizer authorizer, CelAccessCheck check)
        : base(type)
    {
        Authorizer = authorizer;
        Check = check;
    }

    /// <summary>The type of the variable <c>authorizer</c>.</summary>
    public static CelType AuthorizerType { get; } = CelType.Opaque("kubernetes.authorization.Authorizer");

    /// <summary>The type of the variable <c>authorizer.requestResource</c>.</summary>
    public static CelType ResourceCheckType => ResourceCheck;

    internal ICelAuthorizer Authorizer { get; }

    internal CelAccessCheck Check { get; }

    public static AuthorizerValue Of(ICelAuthorizer authorizer) => new(AuthorizerType, authorizer, new CelAccessCheck(""));

    /// <summary>The question about a resource, to which only the verb is missing.</summary>
    public static AuthorizerValue OfResource(ICelAuthorizer authorizer, CelAccessCheck check) => new(ResourceCheck, authorizer, check);

    internal AuthorizerValue With(CelType type, CelAccessCheck check) => new(type, Authorizer, check);

    protected internal override bool EqualTo(OpaqueValue other) => other is AuthorizerValue value && value.Authorizer == Authorizer && value.Check == Check;
}
