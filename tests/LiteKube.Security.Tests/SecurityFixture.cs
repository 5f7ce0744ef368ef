using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Security.Authentication;
using LiteKube.Security.Authentication.Oidc;
using LiteKube.Security.Pki;
using LiteKube.Security.Tokens;
using LiteKube.Testing.Objects;
using LiteKube.Testing.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiteKube.Security.Tests;

using Node = LiteKube.Api.Core.V1.Node;

/// <summary>A cluster's security on a directory of its own, with a clock that the test sets.</summary>
public sealed class SecurityFixture : IDisposable
{
    public SecurityFixture(Action<string>? prepare = null, Func<SecurityOptions, SecurityOptions>? options = null)
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("litekube-security-").FullName;
        Options = new SecurityOptions { DataDirectory = Directory, KubeconfigPath = Path.Combine(Directory, "kubeconfig.yaml") };
        Options = options?.Invoke(Options) ?? Options;
        prepare?.Invoke(Options.TlsDirectory);
        Pki = ClusterPki.Open(Options.TlsDirectory, Clock);
        Tokens = new ServiceAccountTokens(Pki, Options, Objects, Clock);
        Authenticator = new ClusterAuthenticator(
            new FrontProxyAuthenticator(Pki, Clock),
            new CertificateAuthenticator(Pki, Clock),
            [
                new StaticTokenAuthenticator(Options),
                new ServiceAccountAuthenticator(Pki, Options, Objects, Clock),
                new BootstrapTokenAuthenticator(Objects, Clock),
                new OidcAuthenticator(Options, Clock, NullLogger<OidcAuthenticator>.Instance),
            ],
            Options);
    }

    public string Directory { get; }

    public SecurityOptions Options { get; }

    public SetClock Clock { get; } = new();

    public FakeObjects Objects { get; } = new();

    public ClusterPki Pki { get; }

    public ServiceAccountTokens Tokens { get; }

    public IAuthenticator Authenticator { get; }

    public ServingCertificate NewServingCertificate() => new(Pki, Options, Clock, NullLogger<ServingCertificate>.Instance);

    public ServiceAccount PutServiceAccount(string ns, string name) => Objects.Put(new ServiceAccount { Metadata = new ObjectMeta { Namespace = ns, Name = name } });

    public Pod PutPod(string ns, string name, string serviceAccount, string? node = null) => Objects.Put(new Pod
    {
        Metadata = new ObjectMeta { Namespace = ns, Name = name },
        Spec = new PodSpec { ServiceAccountName = serviceAccount, NodeName = node },
    });

    public Node PutNode(string name, params string[] addresses) => Objects.Put(new Node
    {
        Metadata = new ObjectMeta { Name = name },
        Status = new NodeStatus { Addresses = [.. addresses.Select(a => new NodeAddress { Type = "InternalIP", Address = a })] },
    });

    public ValueTask<AuthenticationResult> AuthenticateAsync(string token, params string[] audiences) =>
        Authenticator.AuthenticateAsync(new AuthenticationRequest { BearerToken = token, Audiences = audiences }, CancellationToken.None);

    public void Dispose()
    {
        Pki.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
