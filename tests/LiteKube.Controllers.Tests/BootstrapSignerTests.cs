using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using static LiteKube.Controllers.Tests.ControllerCluster;

namespace LiteKube.Controllers.Tests;

/// <summary>cluster-info is signed by every token that may sign, and by no other.</summary>
public sealed class BootstrapSignerTests
{
    [Fact]
    public async Task Every_signing_token_signs_and_its_signature_goes_with_it()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(new ConfigMap { Metadata = new ObjectMeta { Namespace = "kube-public", Name = "cluster-info" }, Data = new Dictionary<string, string> { ["kubeconfig"] = "kind: Config", ["jws-kubeconfig-gone00"] = "x" } });
        cluster.Api.Add(Token("abcdef", "true"));
        cluster.Api.Add(Token("abcde2", "false"));
        cluster.Api.Add(Token("abcde3", "true", cluster.Time.GetUtcNow().AddMinutes(-1)));

        await cluster.UntilAsync(() => Keys(cluster) is ["jws-kubeconfig-abcdef", "kubeconfig"], "signed by the one");
        var parts = cluster.Api.Find<ConfigMap>("kube-public", "cluster-info")!.Data["jws-kubeconfig-abcdef"].Split('.');
        Assert.Equal("""{"alg":"HS256","kid":"abcdef"}""", Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[0])));
        Assert.Equal("", parts[1]);
        var expected = HMACSHA256.HashData("0123456789abcdef"u8, Encoding.ASCII.GetBytes($"{parts[0]}.{Base64Url.EncodeToString("kind: Config"u8)}"));
        Assert.Equal(expected, Base64Url.DecodeFromChars(parts[2]));

        cluster.Api.Delete<Secret>("kube-system", "bootstrap-token-abcdef");
        await cluster.UntilAsync(() => Keys(cluster) is ["kubeconfig"], "no signature is left");
    }

    private static string[] Keys(Testing.FakeCluster cluster) => [.. cluster.Api.Find<ConfigMap>("kube-public", "cluster-info")!.Data.Keys.Order(StringComparer.Ordinal)];

    private static Secret Token(string id, string signs, DateTimeOffset? expires = null) => new()
    {
        Metadata = new ObjectMeta { Namespace = "kube-system", Name = "bootstrap-token-" + id },
        Type = "bootstrap.kubernetes.io/token",
        Data = new Dictionary<string, byte[]>
        {
            ["token-id"] = Encoding.ASCII.GetBytes(id),
            ["token-secret"] = "0123456789abcdef"u8.ToArray(),
            ["usage-bootstrap-signing"] = Encoding.ASCII.GetBytes(signs),
            ["expiration"] = Encoding.ASCII.GetBytes(expires is null ? "" : expires.Value.ToString("O")),
        },
    };
}
