using System.Security.Cryptography.X509Certificates;
using LiteKube.ApiServer;
using LiteKube.Node.Server;

namespace LiteKube.Adapters;

/// <summary>The node beside the API server as that wants it. Looked up late, since the node itself needs the API server.</summary>
internal sealed class OwnNode(string name, Func<NodeServer> server) : IOwnNode
{
    public Stream? Connect(string node, X509Certificate2 shown) => node == name ? server().Connect(shown) : null;
}
