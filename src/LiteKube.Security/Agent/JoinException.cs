namespace LiteKube.Security.Agent;

/// <summary>A node could not join, or not renew its certificates. The message names the step, the address and what to do.</summary>
public sealed class JoinException(string step, Uri server, string why, string remedy, Exception? inner = null)
    : Exception($"{step} at {server.GetLeftPart(UriPartial.Authority)} failed: {why.TrimEnd('.')}. {remedy}", inner)
{
    /// <summary>Nothing that time alone would change: a wrong token or a foreign server.</summary>
    public bool IsFinal { get; init; }
}
