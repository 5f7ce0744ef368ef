namespace LiteKube.Flags;

internal static class ServerFlags
{
    public static readonly Flag BindAddress = new("bind-address", "IP", "The address the API server listens on.", "0.0.0.0");
    public static readonly Flag HttpsListenPort = new("https-listen-port", "PORT", "The port the API server listens on.", "6443");
    public static readonly Flag AdvertiseAddress = new("advertise-address", "IP", "The address that pods and agents reach the API server at. [default: the node's]");
    public static readonly Flag TlsSan = new("tls-san", "NAME", "A further host name or address for the API server's certificate; may be repeated.", many: true);
    public static readonly Flag WriteKubeconfig = new("write-kubeconfig", "FILE", "Where the administrator's kubeconfig is written, readable by root only.", "/etc/litekube/kubeconfig.yaml");
    public static readonly Flag DisableAgent = new("disable-agent", "", "Serve the API and run the controllers only: this machine runs no pods.");
    public static readonly Flag ClusterCidr = new("cluster-cidr", "CIDR", "Addresses for pods; each node takes a /24 of them.", "10.42.0.0/16");
    public static readonly Flag ServiceCidr = new("service-cidr", "CIDR", "Addresses for services; the first is the API server's.", "10.43.0.0/16");
    public static readonly Flag ClusterDns = new("cluster-dns", "IP", "The address of cluster DNS, inside the service addresses.", "10.43.0.10");
    public static readonly Flag ClusterDomain = new("cluster-domain", "DOMAIN", "The domain of cluster DNS.", "cluster.local");
    public static readonly Flag NodeMonitorGrace = new("node-monitor-grace-period", "SECONDS", "How long a node may be silent before its Ready condition turns Unknown.", "40");
    public static readonly Flag UnreachableToleration = new("default-unreachable-toleration-seconds", "SECONDS", "How long pods stay bound to a node that is not ready or not reachable, where they say nothing else.", "300");
    public static readonly Flag EnableAdmissionPlugins = new("enable-admission-plugins", "NAMES", "Admission plugins to run although they are off by default, separated by commas; may be repeated.", many: true);
    public static readonly Flag DisableAdmissionPlugins = new("disable-admission-plugins", "NAMES", "Admission plugins not to run, separated by commas; may be repeated.", many: true);
    public static readonly Flag AdmissionControlConfigFile = new("admission-control-config-file", "FILE", "An AdmissionConfiguration (apiserver.config.k8s.io/v1): what PodSecurity asks by default and whom it leaves alone.");

    public static IReadOnlyList<Flag> All { get; } =
    [
        .. NodeFlags.All, BindAddress, HttpsListenPort, AdvertiseAddress, TlsSan, WriteKubeconfig, DisableAgent, ClusterCidr, ServiceCidr, ClusterDns, ClusterDomain,
        NodeMonitorGrace, UnreachableToleration, EnableAdmissionPlugins, DisableAdmissionPlugins, AdmissionControlConfigFile, .. AccessFlags.All,
    ];
}
