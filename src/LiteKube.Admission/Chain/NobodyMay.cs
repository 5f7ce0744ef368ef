using LiteKube.Api.Security;

namespace LiteKube.Admission;

/// <summary>Where there is no authorizer, only the masters may.</summary>
internal sealed class NobodyMay : IAdmissionAuthorizer
{
    public ValueTask<bool> MayAsync(UserInfo user, AccessQuestion question, CancellationToken cancellationToken) => new(user.IsIn(UserInfo.MastersGroup));
}
