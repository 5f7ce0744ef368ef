using LiteKube.Api.Authentication.V1;
using LiteKube.Api.Core.V1;

namespace LiteKube.Node.Volumes;

/// <summary>Service account tokens for pods, by TokenRequest.</summary>
internal interface ITokenSource
{
    ValueTask<TokenRequestStatus> RequestAsync(Pod pod, ServiceAccountTokenProjection projection, CancellationToken cancellationToken);
}
