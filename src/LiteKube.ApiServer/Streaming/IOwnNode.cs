using System.Security.Cryptography.X509Certificates;

namespace LiteKube.ApiServer;

/// <summary>The node in the API server's own process, where there is one: spoken to without TLS, and shown the same certificate as any other.</summary>
public interface IOwnNode
{
    /// <summary>A connection to the node's server; null where the node of this name is elsewhere, or its server does not run.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    Stream? Connect(string node, X509Certificate2 shown);
}
