namespace LiteKube.ApiServer.Streaming;

/// <summary>Where a connection goes.</summary>
/// <param name="Node">The node's name where the backend is the node's own server, whose certificate is checked and which is shown ours; null for anything else.</param>
internal sealed record Backend(bool Tls, string Address, int Port, string? Node)
{
    public string Authority => Address.Contains(':', StringComparison.Ordinal) ? $"[{Address}]:{Port}" : $"{Address}:{Port}";

    public string Scheme => Tls ? "https" : "http";
}
