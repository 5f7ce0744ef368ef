using System.Runtime.InteropServices;

namespace LiteKube.Network.Netlink;

/// <summary>The kernel refused an operation. The message names the operation, the errno and, where the kernel gave one, its reason.</summary>
public sealed class NetlinkException : IOException
{
    internal const int NoEntry = 2;
    internal const int NoProcess = 3;
    internal const int Exists = 17;
    internal const int NoDevice = 19;
    internal const int AddressNotAvailable = 99;

    internal NetlinkException(string operation, int errno, string? reason = null)
        : base($"{operation}: {Marshal.GetPInvokeErrorMessage(errno)}{(string.IsNullOrEmpty(reason) ? "" : $" ({reason})")}")
    {
        Operation = operation;
        Errno = errno;
    }

    public string Operation { get; }

    public int Errno { get; }

    /// <summary>The link, address, route or namespace that was named does not exist (any more).</summary>
    internal bool IsNotFound => Errno is NoEntry or NoProcess or NoDevice or AddressNotAvailable;

    internal bool IsExists => Errno == Exists;
}
