using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Engine;

namespace LiteKube.Runtimes.Native;

/// <summary>Whether this machine has what the native runtime needs.</summary>
/// <param name="Engine">The engine and the monitor by their paths; null where one of them is missing.</param>
/// <param name="Explanation">Why this engine, or what is missing.</param>
/// <param name="Remedy">Null where nothing is missing.</param>
public sealed record NativePrograms(string? Engine, string Explanation, string? Remedy)
{
    public bool ArePresent => Engine is not null;

    /// <summary>Looks, and changes nothing.</summary>
    public static NativePrograms Look(NativeRuntimeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        try
        {
            var engine = EngineChoice.Choose(options.Engine, CgroupHierarchy.Read(), new RuntimeLayout(options).Programs);
            var monitor = EngineChoice.FindMonitor(options.Monitor);
            return new NativePrograms($"{engine.Path} with {monitor}", engine.Program.Why, null);
        }
        catch (RuntimeException e)
        {
            return new NativePrograms(null, e.Message, InstallLine.Read());
        }
    }
}
