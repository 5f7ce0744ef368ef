using LiteKube.Api.Security;

namespace LiteKube.ApiServer.Http;

/// <param name="User">As whom the request is carried out.</param>
/// <param name="Impersonator">Who sent it, where that is somebody else.</param>
internal readonly record struct Caller(UserInfo User, UserInfo? Impersonator)
{
    public UserInfo Sender => Impersonator ?? User;
}
