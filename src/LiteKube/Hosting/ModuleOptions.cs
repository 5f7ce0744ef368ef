using LiteKube.Admission;
using LiteKube.Api.Core.V1;
using LiteKube.ApiServer;
using LiteKube.Controllers;
using LiteKube.Dns;
using LiteKube.Flags;
using LiteKube.Network;
using LiteKube.Node;
using LiteKube.Node.Registration;
using LiteKube.Runtimes.Native;
using LiteKube.Security;
using LiteKube.Security.Pki;
using LiteKube.Store.Sqlite;
using LiteKube.Verbs;

namespace LiteKube.Hosting;

/// <summary>The settings as each room's options.</summary>
internal static class ModuleOptions
{
    public static SqliteStoreOptions Store(ServerSettings settings) => new()
    {
        Path = Path.Combine(settings.Node.ServerDir, "db", "state.db"),
        Encryption = new EncryptionOptions { KeyFile = Path.Combine(settings.Node.ServerDir, "db", "encryption.keys"), Prefixes = [StoredKeys.Secrets] },
    };

    public static SecurityOptions Security(ServerSettings settings) => new()
    {
        DataDirectory = settings.Node.DataDir,
        KubeconfigPath = settings.KubeconfigPath,
        KubeconfigServer = $"https://127.0.0.1:{settings.HttpsListenPort}",
        ClusterDomain = settings.Node.ClusterDomain,
        ApiServiceAddress = ApiServiceAddress(settings.Node).ToString(),
        ServiceCidr = settings.Node.ServiceCidr.ToString(),
        TokenFile = settings.Access.TokenFile,
        Oidc = settings.Access.Oidc,
        TlsSans = [.. settings.TlsSans, .. settings.AdvertiseAddress is { } advertised ? [advertised.ToString()] : Array.Empty<string>()],
    };

    public static AdmissionOptions Admission(ServerSettings settings) => new()
    {
        NotReadyTolerationSeconds = settings.UnreachableTolerationSeconds,
        UnreachableTolerationSeconds = settings.UnreachableTolerationSeconds,
        Enabled = settings.EnabledAdmissionPlugins,
        PodSecurity = settings.PodSecurity,
        Disabled = settings.DisabledAdmissionPlugins,
    };

    public static ApiServerOptions ApiServer(ServerSettings settings) => new()
    {
        ListenAddress = settings.BindAddress,
        Port = settings.HttpsListenPort,
        AdvertiseAddress = () => settings.AdvertiseAddress ?? settings.Node.NodeIp ?? HostAddress.Find(),
        ServiceCidr = settings.Node.ServiceCidr,
        MaxRequestsInFlight = settings.Access.MaxRequests,
        MaxMutatingRequestsInFlight = settings.Access.MaxMutatingRequests,
        Anonymous = settings.Access.Anonymous,
        Audit = settings.Access.Audit,
        Version = ProductVersion.Kubernetes,
    };

    public static ControllerOptions Controllers(ServerSettings settings, ClusterPki pki) => new()
    {
        RootCertificateAuthority = () => pki.ServerCa.Pem,
        ClusterCidr = settings.Node.ClusterCidr.ToString(),
        ControlPlaneNode = settings.DisableAgent ? null : settings.Node.NodeName,
        NodeMonitorGracePeriod = settings.NodeMonitorGrace,
    };

    public static NetworkOptions Network(NodeSettings settings) => new()
    {
        NodeName = settings.NodeName,
        StateDirectory = Path.Combine(settings.AgentDir, "network"),
        ClusterCidr = settings.ClusterCidr,
        ServiceCidr = settings.ServiceCidr,
        DnsAddress = settings.ClusterDns,
    };

    public static DnsOptions Dns(NodeSettings settings, bool ensureService) => new()
    {
        Domain = settings.ClusterDomain,
        Address = settings.ClusterDns,
        OwnNetworks = [settings.ClusterCidr, settings.ServiceCidr],
        ResolvConf = settings.ResolvConf,
        EnsureService = ensureService,
    };

    public static NativeRuntimeOptions NativeRuntime(NodeSettings settings) => new()
    {
        RootDirectory = Path.Combine(settings.AgentDir, "containers"),
        ImageBundles = Path.Combine(settings.AgentDir, "images"),
    };

    public static NodeOptions Node(NodeSettings settings) => new()
    {
        NodeName = settings.NodeName,
        NodeIP = settings.NodeIp,
        RootDirectory = Path.Combine(settings.AgentDir, "node"),
        ClusterDns = [settings.ClusterDns.ToString()],
        ClusterDomain = settings.ClusterDomain,
        Labels = settings.Labels,
        Taints = [.. settings.Taints.Select(ParseTaint)],
        ServerPort = Preflight.NodePort,
        ResolverConfig = settings.ResolvConf,
    };

    /// <summary>The first address of the service range: what pods reach the API server by.</summary>
    private static System.Net.IPAddress ApiServiceAddress(NodeSettings settings)
    {
        var bytes = settings.ServiceCidr.BaseAddress.GetAddressBytes();
        bytes[^1]++;
        return new System.Net.IPAddress(bytes);
    }

    private static Taint ParseTaint(string text)
    {
        var colon = text.LastIndexOf(':');
        var effect = colon < 0 ? "" : text[(colon + 1)..];
        if (colon < 1 || effect is not ("NoSchedule" or "PreferNoSchedule" or "NoExecute"))
            throw new UserErrorException($"{NodeFlags.NodeTaint}: \"{text}\" is not KEY=VALUE:EFFECT with the effect NoSchedule, PreferNoSchedule or NoExecute");
        var key = text[..colon];
        var equals = key.IndexOf('=');
        return new Taint { Key = equals < 0 ? key : key[..equals], Value = equals < 0 ? null : key[(equals + 1)..], Effect = effect };
    }
}
