using LiteKube.Api.Security;
using LiteKube.Cel;

namespace LiteKube.Admission.Expressions;

/// <summary>Answers the <c>authorizer</c> of expressions. The API server implements it with its own authorizer.</summary>
public interface IExpressionAuthorizer
{
    ICelAuthorizer For(UserInfo user, CancellationToken cancellationToken);
}

/// <summary>Where there is no authorizer every question is an error.</summary>
internal sealed class NoAuthorizer : IExpressionAuthorizer, ICelAuthorizer
{
    public ICelAuthorizer For(UserInfo user, CancellationToken cancellationToken) => this;

    public CelDecision Check(CelAccessCheck check) => new(false, "", "there is no authorizer");
}
