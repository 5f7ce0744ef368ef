using LiteKube.Api;
using LiteKube.Api.Authentication.V1;
using LiteKube.Api.Codecs;
using LiteKube.ApiServer.Requests;
using LiteKube.Security.Authentication;
using ApiUser = LiteKube.Api.Authentication.V1.UserInfo;
using User = LiteKube.Api.Security.UserInfo;

namespace LiteKube.ApiServer.Subresources;

/// <summary>"Who …?": TokenReview of a token, SelfSubjectReview of the caller.</summary>
internal sealed class IdentityReviews(IAuthenticator authenticator, BodyDecoder decoder) : ISubresource
{
    public IReadOnlyList<string> Paths { get; } = ["tokenreviews.authentication.k8s.io", "selfsubjectreviews.authentication.k8s.io"];

    public async ValueTask<ApiResult> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (request.Verb != "create" || request.Name.Length > 0)
            throw new ApiException(StatusReason.MethodNotAllowed, "the server does not allow this method on the requested resource");
        var json = JsonTree.Write(decoder.Decode(request, request.Resource.Kind));
        var answer = request.Resource.Type.Plural == "tokenreviews"
            ? KubeObject.Of(await ReviewAsync(JsonText.Parse<TokenReview>(json), cancellationToken))
            : KubeObject.Of(new SelfSubjectReview { Status = new SelfSubjectReviewStatus { UserInfo = Shown(request.User) } });
        return new ObjectResult(answer, null, 201);
    }

    private async ValueTask<TokenReview> ReviewAsync(TokenReview review, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(review.Spec.Token))
            throw new ApiException(StatusReason.BadRequest, "token is required for TokenReview in authentication");
        var result = await authenticator.AuthenticateAsync(new AuthenticationRequest { BearerToken = review.Spec.Token, Audiences = review.Spec.Audiences }, cancellationToken);
        var status = result.Outcome == AuthenticationOutcome.Authenticated
            ? new TokenReviewStatus { Authenticated = true, User = Shown(result.User!), Audiences = result.Audiences }
            : new TokenReviewStatus { Authenticated = false, User = new ApiUser(), Error = result.Error };
        return review with { Status = status };
    }

    private static ApiUser Shown(User user) => new()
    {
        Username = user.Name,
        Uid = user.Uid.Length == 0 ? null : user.Uid,
        Groups = user.Groups,
        Extra = user.Extra.ToDictionary(e => e.Key, e => e.Value, StringComparer.Ordinal),
    };
}
