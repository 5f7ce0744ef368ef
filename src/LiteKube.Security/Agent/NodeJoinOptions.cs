using System.Net;

namespace LiteKube.Security.Agent;

public sealed record NodeJoinOptions
{
    /// <summary>The server's address, as in <c>https://10.0.0.1:6443</c>.</summary>
    public required Uri Server { get; init; }

    /// <summary>The join token; needed only while the node has no certificate that still holds.</summary>
    public string? Token { get; init; }

    public required string NodeName { get; init; }

    /// <summary>The addresses the node's own server is reached by, asked at each look at its certificate.</summary>
    public required Func<IReadOnlyList<IPAddress>> Addresses { get; init; }

    public string DataDirectory { get; init; } = "/var/lib/litekube";

    public string Directory => Path.Combine(DataDirectory, "agent");

    /// <summary>How long a request for a certificate may wait for approval.</summary>
    public TimeSpan ApprovalTimeout { get; init; } = TimeSpan.FromMinutes(2);

    public override string ToString() => $"join {NodeName} to {Server}";
}
