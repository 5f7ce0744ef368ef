using LiteKube.Admission;
using LiteKube.Api;
using LiteKube.Api.Authentication.V1;
using LiteKube.Api.Codecs;
using LiteKube.Api.Schema;
using LiteKube.ApiServer.Requests;
using LiteKube.Security.Tokens;

namespace LiteKube.ApiServer.Subresources;

/// <summary>serviceaccounts/token.</summary>
internal sealed class TokenSubresource(ServiceAccountTokens tokens, BodyDecoder decoder, Admitter admitter) : ISubresource
{
    private static readonly GroupVersionKind s_kind = new("authentication.k8s.io", "v1", "TokenRequest");

    public IReadOnlyList<string> Paths { get; } = ["serviceaccounts/token"];

    public async ValueTask<ApiResult> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = decoder.Decode(request, s_kind);
        var admission = admitter.For(request, AdmissionOperation.Create, body, null, s_kind.Kind);
        await admitter.MutateAsync(admission, cancellationToken);
        await admitter.ValidateAsync(request, admission, cancellationToken);
        var asked = JsonText.Parse<TokenRequest>(JsonTree.Write(admission.Object!));
        return new ObjectResult(KubeObject.Of(await tokens.IssueAsync(request.Namespace, request.Name, asked, cancellationToken)), null, 201);
    }
}
