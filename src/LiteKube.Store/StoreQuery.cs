namespace LiteKube.Store;

/// <param name="Prefix">Keys to list.</param>
/// <param name="After">Only keys ordered after this one; null for all.</param>
/// <param name="Limit">At most so many entries; 0 for all.</param>
/// <param name="Revision">The state to read; 0 for the present one.</param>
public readonly record struct StoreQuery(string Prefix, string? After = null, int Limit = 0, long Revision = 0);
