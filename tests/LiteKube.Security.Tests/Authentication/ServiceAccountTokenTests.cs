using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LiteKube.Api;
using LiteKube.Api.Authentication.V1;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Security.Authentication;
using LiteKube.Security.Tokens;

namespace LiteKube.Security.Tests.Authentication;

public sealed class ServiceAccountTokenTests : IDisposable
{
    private const string Extra = "authentication.kubernetes.io/";

    private readonly SecurityFixture _fixture = new();

    [Fact]
    public async Task Issue_EmptyRequest_GivesATokenForTheApiServerForAnHour()
    {
        var account = _fixture.PutServiceAccount("ns", "builder");

        var issued = await IssueAsync(new TokenRequestSpec());
        var result = await _fixture.AuthenticateAsync(issued.Status.Token!);

        Assert.Equal(3600, issued.Spec.ExpirationSeconds);
        Assert.Equal(_fixture.Clock.Now.AddHours(1), issued.Status.ExpirationTimestamp);
        Assert.Equal(AuthenticationOutcome.Authenticated, result.Outcome);
        Assert.Equal("system:serviceaccount:ns:builder", result.User!.Name);
        Assert.Equal(account.Metadata.Uid, result.User.Uid);
        Assert.Equal(["system:serviceaccounts", "system:serviceaccounts:ns", "system:authenticated"], result.User.Groups);
        Assert.StartsWith("JTI=", Assert.Single(result.User.Extra[Extra + "credential-id"]), StringComparison.Ordinal);
        Assert.Equal(["https://kubernetes.default.svc.cluster.local"], result.Audiences);
    }

    [Fact]
    public async Task Authenticate_TokenOfAPod_NamesPodAndNode()
    {
        _fixture.PutServiceAccount("ns", "builder");
        var node = _fixture.PutNode("n1");
        var pod = _fixture.PutPod("ns", "p", "builder", "n1");

        var result = await _fixture.AuthenticateAsync((await IssueAsync(BoundTo(pod))).Status.Token!);

        Assert.Equal(["p"], result.User!.Extra[Extra + "pod-name"]);
        Assert.Equal([pod.Metadata.Uid!], result.User.Extra[Extra + "pod-uid"]);
        Assert.Equal(["n1"], result.User.Extra[Extra + "node-name"]);
        Assert.Equal([node.Metadata.Uid!], result.User.Extra[Extra + "node-uid"]);
    }

    [Fact]
    public async Task Authenticate_ClockSetBackSinceIssued_IsStillValid()
    {
        var token = await TokenAsync();

        _fixture.Clock.Now -= TimeSpan.FromHours(3);

        Assert.Equal(AuthenticationOutcome.Authenticated, (await _fixture.AuthenticateAsync(token)).Outcome);
    }

    [Fact]
    public async Task Authenticate_PodGoneOrMadeAnew_IsInvalid()
    {
        _fixture.PutServiceAccount("ns", "builder");
        var token = (await IssueAsync(BoundTo(_fixture.PutPod("ns", "p", "builder")))).Status.Token!;
        Assert.Equal(AuthenticationOutcome.Authenticated, (await _fixture.AuthenticateAsync(token)).Outcome);

        _fixture.PutPod("ns", "p", "builder");
        Assert.Equal(AuthenticationOutcome.Invalid, (await _fixture.AuthenticateAsync(token)).Outcome);
        _fixture.Objects.Remove(Pod.Resource, "ns", "p");
        Assert.Equal(AuthenticationOutcome.Invalid, (await _fixture.AuthenticateAsync(token)).Outcome);
    }

    [Fact]
    public async Task Authenticate_AccountDeleted_IsInvalid()
    {
        var token = await TokenAsync();
        _fixture.Objects.Remove(ServiceAccount.Resource, "ns", "builder");

        var result = await _fixture.AuthenticateAsync(token);

        Assert.Equal(AuthenticationOutcome.Invalid, result.Outcome);
        Assert.Equal("[invalid bearer token, service account token has been invalidated]", result.Error);
    }

    [Fact]
    public async Task Authenticate_AfterItsEnd_IsInvalid()
    {
        var token = await TokenAsync();
        Assert.Equal(AuthenticationOutcome.Authenticated, (await _fixture.AuthenticateAsync(token)).Outcome);

        _fixture.Clock.Advance(TimeSpan.FromMinutes(62));

        Assert.Equal("[invalid bearer token, service account token has expired]", (await _fixture.AuthenticateAsync(token)).Error);
    }

    [Fact]
    public async Task Authenticate_OtherAudience_IsInvalidForTheApiServerAndGoodForItself()
    {
        _fixture.PutServiceAccount("ns", "builder");
        var token = (await IssueAsync(new TokenRequestSpec { Audiences = ["vault", "registry"] })).Status.Token!;

        Assert.Equal(AuthenticationOutcome.Invalid, (await _fixture.AuthenticateAsync(token)).Outcome);
        Assert.Equal(["registry"], (await _fixture.AuthenticateAsync(token, "registry", "mail")).Audiences);
    }

    [Fact]
    public async Task Authenticate_EveryChangedByte_IsRefused()
    {
        var token = await TokenAsync();
        for (var i = 0; i < token.Length; i++)
        {
            var forged = token[..i] + (token[i] == 'A' ? 'B' : 'A') + token[(i + 1)..];
            Assert.NotEqual(AuthenticationOutcome.Authenticated, (await _fixture.AuthenticateAsync(forged)).Outcome);
        }
    }

    [Theory]
    [InlineData("""{"alg":"none"}""")]
    [InlineData("""{"alg":"HS256"}""")]
    [InlineData("""{"alg":"RS256"}""")]
    [InlineData("""{"alg":"ES256","kid":"another"}""")]
    [InlineData("""{"alg":"ES256","crit":["x"]}""")]
    [InlineData("[]")]
    public async Task Authenticate_HeaderOfTheForgersChoice_IsRefused(string header)
    {
        var parts = (await TokenAsync()).Split('.');
        var encoded = Base64Url.EncodeToString(Encoding.ASCII.GetBytes(header));
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var signature = stranger.SignData(Encoding.ASCII.GetBytes($"{encoded}.{parts[1]}"), HashAlgorithmName.SHA256);

        Assert.Equal(AuthenticationOutcome.Invalid, (await _fixture.AuthenticateAsync($"{encoded}.{parts[1]}.")).Outcome);
        Assert.Equal(AuthenticationOutcome.Invalid, (await _fixture.AuthenticateAsync($"{encoded}.{parts[1]}.{Base64Url.EncodeToString(signature)}")).Outcome);
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a.b.c")]
    [InlineData("e30.e30.e30")]
    [InlineData("e30.bnVsbA.e30")]
    [InlineData("nonsense")]
    public async Task Authenticate_WhatIsNoToken_IsNotAuthenticated(string token) =>
        Assert.NotEqual(AuthenticationOutcome.Authenticated, (await _fixture.AuthenticateAsync(token)).Outcome);

    [Fact]
    public async Task Issue_PodsOwnToken_OutlivesItsHourForClientsThatNeverRenew()
    {
        _fixture.PutServiceAccount("ns", "builder");
        var pod = _fixture.PutPod("ns", "p", "builder");
        var issued = await IssueAsync(BoundTo(pod) with { ExpirationSeconds = 3607 });

        Assert.Equal(_fixture.Clock.Now.AddSeconds(3607), issued.Status.ExpirationTimestamp);
        _fixture.Clock.Advance(TimeSpan.FromDays(300));
        Assert.Equal(AuthenticationOutcome.Authenticated, (await _fixture.AuthenticateAsync(issued.Status.Token!)).Outcome);
        _fixture.Clock.Advance(TimeSpan.FromDays(66));
        Assert.Equal(AuthenticationOutcome.Invalid, (await _fixture.AuthenticateAsync(issued.Status.Token!)).Outcome);
    }

    [Theory]
    [InlineData(599)]
    [InlineData((1L << 32) + 1)]
    public async Task Issue_LifetimeOutOfBounds_IsInvalid(long seconds)
    {
        _fixture.PutServiceAccount("ns", "builder");

        var error = await Assert.ThrowsAsync<ApiException>(() => IssueAsync(new TokenRequestSpec { ExpirationSeconds = seconds }));

        Assert.Equal(StatusReason.Invalid, error.Reason);
        Assert.Equal("spec.expirationSeconds", Assert.Single(error.Status.Details!.Causes).Field);
    }

    [Fact]
    public async Task Issue_NoSuchAccount_IsNotFound() =>
        Assert.Equal(StatusReason.NotFound, (await Assert.ThrowsAsync<ApiException>(() => IssueAsync(new TokenRequestSpec()))).Reason);

    [Fact]
    public async Task Issue_BoundToPodOfAnotherAccountOrUid_IsRefused()
    {
        _fixture.PutServiceAccount("ns", "builder");
        var stranger = _fixture.PutPod("ns", "stranger", "other");
        var own = _fixture.PutPod("ns", "own", "builder");

        Assert.Equal(StatusReason.BadRequest, (await Assert.ThrowsAsync<ApiException>(() => IssueAsync(BoundTo(stranger)))).Reason);
        var changed = BoundTo(own) with { BoundObjectRef = BoundTo(own).BoundObjectRef! with { Uid = "other" } };
        Assert.Equal(StatusReason.Conflict, (await Assert.ThrowsAsync<ApiException>(() => IssueAsync(changed))).Reason);
    }

    [Fact]
    public async Task Authenticate_TokenOfASecret_HoldsAsLongAsTheSecretHoldsIt()
    {
        var account = _fixture.PutServiceAccount("ns", "builder");
        var token = _fixture.Tokens.IssueForSecret("ns", "builder", account.Metadata.Uid!, "builder-token");
        var secret = new Secret
        {
            Metadata = new ObjectMeta { Namespace = "ns", Name = "builder-token" },
            Type = "kubernetes.io/service-account-token",
            Data = new Dictionary<string, byte[]> { ["token"] = Encoding.ASCII.GetBytes(token) },
        };
        _fixture.Objects.Put(secret);

        Assert.Equal("system:serviceaccount:ns:builder", (await _fixture.AuthenticateAsync(token)).User?.Name);
        _fixture.Objects.Put(secret with { Data = new Dictionary<string, byte[]> { ["token"] = [1] } });
        Assert.Equal(AuthenticationOutcome.Invalid, (await _fixture.AuthenticateAsync(token)).Outcome);
        _fixture.Objects.Remove(Secret.Resource, "ns", "builder-token");
        Assert.Equal(AuthenticationOutcome.Invalid, (await _fixture.AuthenticateAsync(token)).Outcome);
    }

    [Fact]
    public async Task PublishedKeys_VerifyTheTokensSignature()
    {
        var parts = (await TokenAsync()).Split('.');
        var documents = new OidcDocuments(_fixture.Pki, _fixture.Options);
        using var discovery = JsonDocument.Parse(documents.Discovery);
        using var keys = JsonDocument.Parse(documents.Keys);
        var key = Assert.Single(keys.RootElement.GetProperty("keys").EnumerateArray());
        using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[0]));
        using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));

        using var verifier = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Base64Url.DecodeFromChars(key.GetProperty("x").GetString()), Y = Base64Url.DecodeFromChars(key.GetProperty("y").GetString()) },
        });
        Assert.True(verifier.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256));
        Assert.Equal(key.GetProperty("kid").GetString(), header.RootElement.GetProperty("kid").GetString());
        Assert.Equal(discovery.RootElement.GetProperty("issuer").GetString(), payload.RootElement.GetProperty("iss").GetString());
        Assert.EndsWith(OidcDocuments.KeysPath, discovery.RootElement.GetProperty("jwks_uri").GetString(), StringComparison.Ordinal);
    }

    public void Dispose() => _fixture.Dispose();

    private async Task<TokenRequest> IssueAsync(TokenRequestSpec spec) =>
        await _fixture.Tokens.IssueAsync("ns", "builder", new TokenRequest { Spec = spec }, CancellationToken.None);

    private async Task<string> TokenAsync()
    {
        _fixture.PutServiceAccount("ns", "builder");
        return (await IssueAsync(new TokenRequestSpec())).Status.Token!;
    }

    private static TokenRequestSpec BoundTo(Pod pod) => new()
    {
        BoundObjectRef = new BoundObjectReference { ApiVersion = "v1", Kind = "Pod", Name = pod.Metadata.Name, Uid = pod.Metadata.Uid },
    };
}
