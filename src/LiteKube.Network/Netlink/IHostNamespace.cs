namespace LiteKube.Network.Netlink;

/// <summary>The network namespace that is the node's: sockets are opened, and settings under /proc/sys/net made, by work that runs here.</summary>
internal interface IHostNamespace
{
    T Run<T>(Func<T> work);
}
