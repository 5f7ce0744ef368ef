namespace LiteKube.Network.Netlink;

/// <summary>The one LiteKube runs in.</summary>
internal sealed class OwnNamespace : IHostNamespace
{
    public T Run<T>(Func<T> work) => work();
}
