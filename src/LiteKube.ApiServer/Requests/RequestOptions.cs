namespace LiteKube.ApiServer.Requests;

/// <summary>The query parameters that verbs know, parsed.</summary>
internal sealed record RequestOptions
{
    public static readonly RequestOptions None = new();

    public string? LabelSelector { get; init; }
    public string? FieldSelector { get; init; }
    public int Limit { get; init; }
    public string? Continue { get; init; }
    public string? ResourceVersion { get; init; }
    public string? ResourceVersionMatch { get; init; }
    public bool Watch { get; init; }
    public bool? SendInitialEvents { get; init; }
    public bool AllowWatchBookmarks { get; init; }
    public int? TimeoutSeconds { get; init; }
    public bool DryRun { get; init; }
    public string? FieldManager { get; init; }
    public FieldValidation FieldValidation { get; init; } = FieldValidation.Warn;
    public bool Force { get; init; }
    public string? PropagationPolicy { get; init; }
    public bool? OrphanDependents { get; init; }
    public long? GracePeriodSeconds { get; init; }
    public bool Pretty { get; init; }

    /// <summary>Tables: <c>None</c>, <c>Metadata</c> (the default) or <c>Object</c>.</summary>
    public string? IncludeObject { get; init; }
}

/// <summary>What becomes of fields that the schema does not know, and of fields given twice.</summary>
internal enum FieldValidation
{
    Ignore,
    Warn,
    Strict,
}
