using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LiteKube.Network.Netlink;

/// <summary>Work inside another network namespace. The pool's threads never leave the host's: each call has a thread of its own, which ends with it.</summary>
internal static class NetworkNamespace
{
    /// <exception cref="NetlinkException">There is no namespace at the path, or it cannot be entered.</exception>
    internal static SafeFileHandle Open(string path)
    {
        var descriptor = Libc.Open(path, Libc.OpenCloseOnExec);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw new NetlinkException($"open network namespace {path}", Marshal.GetLastPInvokeError());
    }

    internal static T Run<T>(string path, Func<T> work)
    {
        using var handle = Open(path);
        return Run(handle, path, work);
    }

    /// <param name="name">Names the namespace in errors.</param>
    internal static T Run<T>(SafeFileHandle target, string name, Func<T> work)
    {
        T? result = default;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = Inside(target, name, work);
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        }, maxStackSize: 256 * 1024)
        { IsBackground = true, Name = "netns" };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;
    }

    private static T Inside<T>(SafeFileHandle target, string name, Func<T> work)
    {
        using var home = Open("/proc/thread-self/ns/net");
        if (Libc.SetNamespace((int)target.DangerousGetHandle(), Libc.CloneNewNet) != 0)
            throw new NetlinkException($"enter network namespace {name}", Marshal.GetLastPInvokeError());
        try
        {
            return work();
        }
        finally
        {
            // The thread ends here, so a failure to go home harms nobody; going home keeps the target free to be deleted at once.
            _ = Libc.SetNamespace((int)home.DangerousGetHandle(), Libc.CloneNewNet);
        }
    }
}
