using LiteKube.Security.Pki;

namespace LiteKube.Security.Joining;

/// <summary>The server's join token.</summary>
public sealed class JoinTokens(ClusterPki pki, SecurityOptions options)
{
    private readonly Lazy<JoinToken> _current = new(() => JoinTokenFile.Ensure(options.JoinTokenPath, pki.ServerCa.Pin));

    /// <summary>Made and written to <c>server/token</c> where there is none.</summary>
    public JoinToken Current => _current.Value;
}
