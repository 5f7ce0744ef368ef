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

    internal CelCompilation(CelSource source, CelType found, IReadOnlyList<CelType> allowed)
    {
        _source = source;
        var wanted = allowed.Count == 1 ? allowed[0].ToString() : $"one of [{string.Join(' ', allowed)}]";
        WrongType = $"must evaluate to {wanted} but got {found}";
        Issues = [new CelIssue(1, 0, WrongType)];
    }

    /// <summary>Set where all is well but the type of the result.</summary>
    public string? WrongType { get; }

    /// <summary>Null where there are issues.</summary>
    public CelProgram? Program { get; }

    /// <summary>In order of place.</summary>
    public IReadOnlyList<CelIssue> Issues { get; }

    /// <summary>All issues with the lines they are about, one below the other.</summary>
    public string Message => WrongType ?? string.Join('\n', Issues.Select(_source.Format));

    /// <summary>As Kubernetes reports it: <c>compilation failed: ERROR: …</c>, or what the result must be.</summary>
    public string Detail => WrongType ?? $"compilation failed: {Message}";
}
