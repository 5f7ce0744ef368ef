namespace LiteKube.Node.Server.Streams;

/// <summary>The versions of Kubernetes' remote command protocol, by their sub-protocol names (KEP-4006 for v5).</summary>
/// <param name="StatusOutcome">The error channel carries a Status, also for success; before v4 text, and only for failures.</param>
/// <param name="CloseSignal">The client can close its stdin (channel 255).</param>
internal sealed record CommandProtocol(string Name, bool Base64 = false, bool StatusOutcome = false, bool Resize = false, bool CloseSignal = false)
{
    /// <summary>For clients that name none.</summary>
    public static readonly CommandProtocol Unnamed = new("");

    private static readonly CommandProtocol[] OverWebSocket =
    [
        new("v5.channel.k8s.io", StatusOutcome: true, Resize: true, CloseSignal: true),
        new("v4.channel.k8s.io", StatusOutcome: true, Resize: true),
        new("v4.base64.channel.k8s.io", Base64: true, StatusOutcome: true, Resize: true),
        new("channel.k8s.io", Resize: true),
        new("base64.channel.k8s.io", Base64: true, Resize: true),
    ];

    private static readonly CommandProtocol[] OverSpdy =
    [
        new("v4.channel.k8s.io", StatusOutcome: true, Resize: true),
        new("v3.channel.k8s.io", Resize: true),
        new("v2.channel.k8s.io"),
        new("channel.k8s.io"),
    ];

    /// <summary>The client's first that is known here.</summary>
    public static CommandProtocol? ForWebSocket(IEnumerable<string> offered) => First(OverWebSocket, offered);

    public static CommandProtocol? ForSpdy(IEnumerable<string> offered) => First(OverSpdy, offered);

    public static IEnumerable<string> SpdyNames => OverSpdy.Select(p => p.Name);

    private static CommandProtocol? First(CommandProtocol[] known, IEnumerable<string> offered) =>
        offered.Select(name => Array.Find(known, p => p.Name == name)).FirstOrDefault(p => p is not null);
}
