namespace LiteKube.ApiServer;

/// <summary>The record of who asked for what.</summary>
public sealed record AuditOptions
{
    /// <summary>A Policy of audit.k8s.io/v1.</summary>
    public required string PolicyPath { get; init; }

    /// <summary>Where the events go, one line of JSON each; <c>-</c> for the standard output.</summary>
    public required string LogPath { get; init; }

    /// <summary>The file is put aside once it is larger.</summary>
    public long MaxBytes { get; init; } = 100L * 1024 * 1024;

    /// <summary>Files put aside longer ago are deleted; null keeps them.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>How many files put aside are kept; 0 for all.</summary>
    public int MaxBackups { get; init; }
}
