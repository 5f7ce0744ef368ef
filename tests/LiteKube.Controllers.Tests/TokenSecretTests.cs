using System.Text;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Controllers.ServiceAccounts;
using LiteKube.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace LiteKube.Controllers.Tests;

public sealed class TokenSecretTests
{
    [Fact]
    public async Task A_token_secret_is_filled_and_goes_with_its_account()
    {
        await using var cluster = await StartAsync();
        var account = cluster.Api.Add(new ServiceAccount { Metadata = new ObjectMeta { Namespace = "default", Name = "builder" } });
        cluster.Api.Add(TokenSecret("t", "builder"));

        var filled = await cluster.UntilAsync<Secret>("default", "t", s => s.Data.ContainsKey("token"), "filled");
        Assert.Equal($"token of default/builder/{account.Metadata.Uid} in t", Encoding.ASCII.GetString(filled.Data["token"]));
        Assert.Equal("the CA", Encoding.ASCII.GetString(filled.Data["ca.crt"]));
        Assert.Equal("default", Encoding.ASCII.GetString(filled.Data["namespace"]));
        Assert.Equal(account.Metadata.Uid, filled.Metadata.Annotations["kubernetes.io/service-account.uid"]);

        cluster.Api.Delete<ServiceAccount>("default", "builder");
        await cluster.UntilAsync(() => cluster.Api.Find<Secret>("default", "t") is null, "deleted");
    }

    [Fact]
    public async Task A_secret_for_nobody_goes_and_other_secrets_stay()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(new Secret { Metadata = TokenSecret("plain", "nobody").Metadata, Type = "Opaque" });
        cluster.Api.Add(TokenSecret("t", "nobody"));

        await cluster.UntilAsync(() => cluster.Api.Find<Secret>("default", "t") is null, "deleted");
        Assert.NotNull(cluster.Api.Find<Secret>("default", "plain"));
    }

    [Fact]
    public async Task Bootstrap_tokens_go_when_they_expire()
    {
        await using var cluster = await StartAsync(api => api.Add(new Namespace { Metadata = new ObjectMeta { Name = "kube-system" } }));
        cluster.Api.Add(BootstrapToken("soon", cluster.Time.GetUtcNow().AddHours(1).ToString("O")));
        cluster.Api.Add(BootstrapToken("never", null));
        cluster.Api.Add(BootstrapToken("broken", "tomorrow"));

        await cluster.UntilAsync(() => cluster.Api.Find<Secret>("kube-system", "broken") is null, "what is no time is over");
        Assert.NotNull(cluster.Api.Find<Secret>("kube-system", "soon"));
        await cluster.UntilAsync(
            () =>
            {
                cluster.Time.Advance(TimeSpan.FromMinutes(5));
                return cluster.Api.Find<Secret>("kube-system", "soon") is null;
            },
            "expired");
        Assert.NotNull(cluster.Api.Find<Secret>("kube-system", "never"));
    }

    private static Secret TokenSecret(string name, string account) => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = name, Annotations = new Dictionary<string, string> { ["kubernetes.io/service-account.name"] = account } },
        Type = "kubernetes.io/service-account-token",
    };

    private static Secret BootstrapToken(string name, string? expiration) => new()
    {
        Metadata = new ObjectMeta { Namespace = "kube-system", Name = name },
        Type = "bootstrap.kubernetes.io/token",
        Data = expiration is null ? new Dictionary<string, byte[]>() : new Dictionary<string, byte[]> { ["expiration"] = Encoding.UTF8.GetBytes(expiration) },
    };

    private static Task<FakeCluster> StartAsync(Action<FakeApi>? before = null) => FakeCluster.StartAsync(
        s =>
        {
            s.AddSingleton<IServiceAccountTokenIssuer, Issuer>();
            s.AddControllers(new ControllerOptions { RootCertificateAuthority = () => "the CA" });
        },
        before);

    private sealed class Issuer : IServiceAccountTokenIssuer
    {
        public string IssueForSecret(string ns, string serviceAccount, string serviceAccountUid, string secret) => $"token of {ns}/{serviceAccount}/{serviceAccountUid} in {secret}";
    }
}
