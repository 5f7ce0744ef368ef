using LiteKube.Node.Runtime;

namespace LiteKube.Runtimes.Native.Images.Registries;

/// <summary>What <c>registries.yaml</c> says.</summary>
/// <param name="Mirrors">By registry, or <c>*</c> for all others: where its images are looked for first.</param>
/// <param name="Hosts">By host and port of a registry or mirror.</param>
internal sealed record RegistrySettings(IReadOnlyDictionary<string, IReadOnlyList<Uri>> Mirrors, IReadOnlyDictionary<string, HostSettings> Hosts)
{
    private const string DockerHub = "docker.io";
    private const string DockerHubHost = "registry-1.docker.io";

    public static RegistrySettings None { get; } = new(new Dictionary<string, IReadOnlyList<Uri>>(), new Dictionary<string, HostSettings>());

    /// <summary>Where to ask for a registry's images, in order: its mirrors, then itself.</summary>
    public IReadOnlyList<RegistryEndpoint> EndpointsFor(string registry, RegistryCredentials? credentials)
    {
        var endpoints = new List<RegistryEndpoint>();
        var host = registry == DockerHub ? DockerHubHost : registry;
        var mirrors = Mirrors.GetValueOrDefault(registry) ?? Mirrors.GetValueOrDefault("*") ?? [];
        foreach (var mirror in mirrors)
        {
            // A pod's credentials are for the registry that its image names, and go to no mirror.
            var own = mirror.Authority == host;
            endpoints.Add(Endpoint(mirror, mirror.Authority == host ? registry : mirror.Authority, own ? credentials : null, isMirror: !own));
        }

        if (endpoints.Any(e => e.Address.Authority == host))
            return endpoints;
        var itself = new Uri($"https://{host}");
        endpoints.Add(Endpoint(itself, registry, credentials, isMirror: false));

        // As Docker does: a registry on this machine need not have a certificate.
        if (itself.IsLoopback)
            endpoints.Add(Endpoint(new Uri($"http://{host}"), registry, credentials, isMirror: false));
        return endpoints;
    }

    private RegistryEndpoint Endpoint(Uri address, string name, RegistryCredentials? credentials, bool isMirror)
    {
        var host = Hosts.GetValueOrDefault(name) ?? Hosts.GetValueOrDefault(address.Authority) ?? new HostSettings();
        return new RegistryEndpoint(address, credentials ?? host.Credentials, host, isMirror);
    }
}

internal sealed record HostSettings
{
    public RegistryCredentials? Credentials { get; init; }

    public string? CaFile { get; init; }

    public string? CertFile { get; init; }

    public string? KeyFile { get; init; }

    public bool InsecureSkipVerify { get; init; }
}

/// <param name="Address">Scheme, host and port, and the path before <c>/v2/</c> if there is one.</param>
internal sealed record RegistryEndpoint(Uri Address, RegistryCredentials? Credentials, HostSettings Host, bool IsMirror)
{
    /// <summary>May end in <c>/v2</c> or not.</summary>
    public Uri At(string path)
    {
        var prefix = Address.AbsolutePath.TrimEnd('/');
        if (prefix.EndsWith("/v2", StringComparison.Ordinal))
            prefix = prefix[..^3];
        return new Uri(Address, $"{prefix}/v2/{path}");
    }
}
