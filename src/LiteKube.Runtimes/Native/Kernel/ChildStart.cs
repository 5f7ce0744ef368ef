using Microsoft.Win32.SafeHandles;

namespace LiteKube.Runtimes.Native.Kernel;

/// <summary>What a child is started with. Descriptors that are not named here it does not get.</summary>
internal sealed record ChildStart(string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>What it finds as its own name; null: its path.</summary>
    public string? Name { get; init; }

    /// <summary><c>NAME=value</c>: all of its environment.</summary>
    public IReadOnlyList<string> Environment { get; init; } = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"];

    public IReadOnlyList<(int Target, string Path, int Flags)> Files { get; init; } = [];

    public IReadOnlyList<(int Target, SafeFileHandle Source)> Descriptors { get; init; } = [];

    public string? WorkingDirectory { get; init; }

    /// <summary>A session of its own; the first terminal among <see cref="Files"/> is then its controlling terminal.</summary>
    public bool NewSession { get; init; }
}
