using LiteKube.Flags;

namespace LiteKube.Hosting;

internal sealed record AgentSettings
{
    public required NodeSettings Node { get; init; }
    public required Uri Server { get; init; }

    /// <summary>Null where the node has joined before.</summary>
    public required string? JoinToken { get; init; }

    public static AgentSettings Read(FlagValues flags)
    {
        var server = flags.Required(AgentFlags.Server);
        if (!Uri.TryCreate(server, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps || uri.AbsolutePath != "/")
            throw flags.Bad(AgentFlags.Server, server, "an address such as https://192.168.1.10:6443");
        return new AgentSettings { Node = NodeSettings.Read(flags), Server = uri, JoinToken = flags.Text(AgentFlags.Join) };
    }
}
