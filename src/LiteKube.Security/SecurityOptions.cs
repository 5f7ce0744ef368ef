namespace LiteKube.Security;

public sealed record SecurityOptions
{
    public string DataDirectory { get; init; } = "/var/lib/litekube";

    /// <summary>Where the administrator's kubeconfig goes; empty for nowhere.</summary>
    public string KubeconfigPath { get; init; } = "/etc/litekube/kubeconfig.yaml";

    /// <summary>The address in that kubeconfig.</summary>
    public string KubeconfigServer { get; init; } = "https://127.0.0.1:6443";

    public string ClusterDomain { get; init; } = "cluster.local";

    /// <summary>The first address of the service CIDR: what pods reach the API server by.</summary>
    public string ApiServiceAddress { get; init; } = "10.43.0.1";

    public string ServiceCidr { get; init; } = "10.43.0.0/16";

    /// <summary>Further names and addresses for the API server's certificate.</summary>
    public IReadOnlyList<string> TlsSans { get; init; } = [];

    /// <summary>The issuer of service-account tokens; its discovery document is served under it. Empty for the in-cluster default.</summary>
    public string ServiceAccountIssuer { get; init; } = "";

    /// <summary>A file of tokens and whose they are; empty for none.</summary>
    public string TokenFile { get; init; } = "";

    /// <summary>An issuer of ID tokens; null for none.</summary>
    public OidcOptions? Oidc { get; init; }

    public string TlsDirectory => Path.Combine(DataDirectory, "server", "tls");

    public string JoinTokenPath => Path.Combine(DataDirectory, "server", "token");

    public string Issuer => ServiceAccountIssuer.Length > 0 ? ServiceAccountIssuer : $"https://kubernetes.default.svc.{ClusterDomain}";
}
