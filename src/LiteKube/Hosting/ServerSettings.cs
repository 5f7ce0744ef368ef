using System.Net;
using LiteKube.Admission;
using LiteKube.Flags;
using LiteKube.Verbs;

namespace LiteKube.Hosting;

internal sealed record ServerSettings
{
    public required NodeSettings Node { get; init; }
    public required IPAddress BindAddress { get; init; }
    public required int HttpsListenPort { get; init; }
    public required IPAddress? AdvertiseAddress { get; init; }
    public required IReadOnlyList<string> TlsSans { get; init; }
    public required string KubeconfigPath { get; init; }
    public required bool DisableAgent { get; init; }
    public required TimeSpan NodeMonitorGrace { get; init; }
    public required int UnreachableTolerationSeconds { get; init; }
    public required IReadOnlyList<string> EnabledAdmissionPlugins { get; init; }
    public required IReadOnlyList<string> DisabledAdmissionPlugins { get; init; }
    public required PodSecurityConfiguration PodSecurity { get; init; }
    public required AccessSettings Access { get; init; }

    public static ServerSettings Read(FlagValues flags) => new()
    {
        Node = NodeSettings.Read(flags),
        BindAddress = flags.Address(ServerFlags.BindAddress)!,
        HttpsListenPort = flags.Number(ServerFlags.HttpsListenPort, 1, 65535),
        AdvertiseAddress = flags.Address(ServerFlags.AdvertiseAddress),
        TlsSans = flags.Many(ServerFlags.TlsSan),
        KubeconfigPath = Path.GetFullPath(flags.Required(ServerFlags.WriteKubeconfig)),
        DisableAgent = flags.Switch(ServerFlags.DisableAgent),
        NodeMonitorGrace = TimeSpan.FromSeconds(flags.Number(ServerFlags.NodeMonitorGrace, 5, 86400)),
        UnreachableTolerationSeconds = flags.Number(ServerFlags.UnreachableToleration, 0, int.MaxValue),
        EnabledAdmissionPlugins = Plugins(flags, ServerFlags.EnableAdmissionPlugins),
        DisabledAdmissionPlugins = Plugins(flags, ServerFlags.DisableAdmissionPlugins),
        PodSecurity = ReadPodSecurity(flags),
        Access = AccessSettings.Read(flags),
    };

    private static PodSecurityConfiguration ReadPodSecurity(FlagValues flags)
    {
        if (flags.Text(ServerFlags.AdmissionControlConfigFile) is not { } path)
            return new PodSecurityConfiguration();
        try
        {
            return AdmissionConfigurationFile.Read(path);
        }
        catch (InvalidDataException e)
        {
            throw new UserErrorException($"{ServerFlags.AdmissionControlConfigFile}: {e.Message}");
        }
    }

    private static IReadOnlyList<string> Plugins(FlagValues flags, Flag flag)
    {
        string[] names = [.. flags.Many(flag).SelectMany(v => v.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
        return names.FirstOrDefault(n => !AdmissionOptions.KnownPlugins.Contains(n)) is { } unknown
            ? throw new UserErrorException($"{flag}: there is no admission plugin {unknown}; there are {string.Join(", ", AdmissionOptions.KnownPlugins)}")
            : names;
    }
}
