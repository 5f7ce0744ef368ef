using System.Net;
using System.Security.Cryptography.X509Certificates;
using LiteKube.Api.Security;
using LiteKube.Security.Tokens;

namespace LiteKube.Security.Pki;

/// <summary>
/// The cluster's authorities and signing keys, kept under <c>server/tls</c> of the data directory and made on first use. Certificates for the server's own
/// use are made in memory at each start and never written.
/// </summary>
public sealed class ClusterPki : IDisposable
{
    private readonly string _directory;
    private readonly TimeProvider _clock;

    private ClusterPki(string directory, TimeProvider clock, CertificateAuthority server, CertificateAuthority client, CertificateAuthority requestHeader, TokenSigningKey tokens)
    {
        _directory = directory;
        _clock = clock;
        ServerCa = server;
        ClientCa = client;
        RequestHeaderCa = requestHeader;
        TokenKey = tokens;
        KubeletClient = new RenewingCertificate(() => IssueClient("kube-apiserver-kubelet-client", UserInfo.MastersGroup), clock);
        FrontProxyClient = new RenewingCertificate(() => RequestHeaderCa.Issue(new CertificateSubject(FrontProxyName), CertificateUsage.ClientAuth), clock);
    }

    /// <summary>The one name that aggregated API servers accept a front proxy by.</summary>
    public const string FrontProxyName = "front-proxy-client";

    /// <summary>Signs what servers show: the API server's and the kubelets' serving certificates.</summary>
    public CertificateAuthority ServerCa { get; }

    /// <summary>Signs what clients show; its word is enough for the API server and the kubelets.</summary>
    public CertificateAuthority ClientCa { get; }

    /// <summary>Signs what the API server shows to aggregated API servers when it speaks for a user.</summary>
    public CertificateAuthority RequestHeaderCa { get; }

    /// <summary>What the API server shows to kubelets.</summary>
    public RenewingCertificate KubeletClient { get; }

    /// <summary>What the API server shows to aggregated API servers.</summary>
    public RenewingCertificate FrontProxyClient { get; }

    internal TokenSigningKey TokenKey { get; }

    /// <exception cref="PkiException">Files are damaged or do not belong together.</exception>
    public static ClusterPki Open(string directory, TimeProvider clock)
    {
        var files = new PkiFiles(directory, clock);
        var server = new CertificateAuthority(files.Authority("server-ca", "litekube-server-ca"), clock);
        var client = new CertificateAuthority(files.Authority("client-ca", "litekube-client-ca"), clock);
        var requestHeader = new CertificateAuthority(files.Authority("request-header-ca", "litekube-request-header-ca"), clock);
        var tokens = TokenSigningKey.FromPem(files.SigningKeyPem("service-account"));
        files.Save();
        return new ClusterPki(directory, clock, server, client, requestHeader, tokens);
    }

    /// <summary>A client certificate for a user and its groups, with a key that only this process knows.</summary>
    public X509Certificate2 IssueClient(string user, params IReadOnlyList<string> groups) =>
        ClientCa.Issue(new CertificateSubject(user) { Organizations = groups }, CertificateUsage.ClientAuth);

    /// <summary>What a kubelet in this process serves with; its addresses are asked each time the certificate is made.</summary>
    public RenewingCertificate KubeletServing(string nodeName, Func<IReadOnlyList<IPAddress>> addresses) => new(
        () => ServerCa.Issue(new CertificateSubject(UserInfo.NodePrefix + nodeName) { Organizations = [UserInfo.NodesGroup], DnsNames = [nodeName], Addresses = addresses() }, CertificateUsage.ServerAuth),
        _clock);

    /// <summary>The administrator's certificate: kept on disk so that a kubeconfig stays as it is over restarts, made anew when due.</summary>
    public X509Certificate2 Admin()
    {
        var files = new PkiFiles(_directory, _clock);
        var admin = files.Leaf("admin", ClientCa, new CertificateSubject("system:admin") { Organizations = [UserInfo.MastersGroup] }, CertificateUsage.ClientAuth);
        files.Save();
        return admin;
    }

    public void Dispose()
    {
        KubeletClient.Dispose();
        FrontProxyClient.Dispose();
        ServerCa.Dispose();
        ClientCa.Dispose();
        RequestHeaderCa.Dispose();
        TokenKey.Dispose();
    }
}
