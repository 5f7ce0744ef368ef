using System.Runtime.ExceptionServices;

namespace LiteKube.Runtimes.Native.Kernel;

/// <summary>
/// Work that changes the thread it runs on (its namespaces, its directory) gets a thread of its own, which ends with it: no other work ever runs there.
/// </summary>
internal static class ThrownAwayThread
{
    private const int StackSize = 256 * 1024;

    public static void Run(string name, Action work)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                work();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        }, StackSize)
        { IsBackground = true, Name = name };
        thread.Start();
        thread.Join();
        failure?.Throw();
    }
}
