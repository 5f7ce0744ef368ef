namespace LiteKube.Cel;

/// <summary>A program, or why there is none.</summary>
public sealed class CelCompilation
{
    private readonly CelSource _source;

    internal CelCompilation(CelSource source, CelProgram? program, IReadOnlyList<CelIssue> issues)
    {
        _source = source;
        Program = program;
        Issues = issues;
    }

    /// <summary>Null where there are issues.</summary>
    public CelProgram? Program { get; }

    /// <summary>In order of place.</summary>
    public IReadOnlyList<CelIssue> Issues { get; }

    /// <summary>All issues with the lines they are about, as Kubernetes shows them after <c>compilation failed: </c>.</summary>
    public string Message => string.Join('\n', Issues.Select(_source.Format));
}
