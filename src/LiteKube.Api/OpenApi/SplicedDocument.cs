namespace LiteKube.Api.OpenApi;

/// <summary>A document made once, into whose paths and definitions others are put without making it again.</summary>
/// <param name="PathsEnd">Where the last path ends.</param>
/// <param name="DefinitionsEnd">Where the last definition ends.</param>
internal sealed record SplicedDocument(byte[] Json, int PathsEnd, int DefinitionsEnd)
{
    /// <param name="paths">A JSON object whose members are added.</param>
    /// <param name="definitions">Likewise.</param>
    public byte[] With(ReadOnlySpan<byte> paths, ReadOnlySpan<byte> definitions)
    {
        var morePaths = paths[1..^1];
        var moreDefinitions = definitions[1..^1];
        var result = new byte[Json.Length + morePaths.Length + moreDefinitions.Length + 2];
        var at = 0;
        Add(Json.AsSpan(0, PathsEnd));
        Add(","u8);
        Add(morePaths);
        Add(Json.AsSpan(PathsEnd..DefinitionsEnd));
        Add(","u8);
        Add(moreDefinitions);
        Add(Json.AsSpan(DefinitionsEnd));
        return result;

        void Add(ReadOnlySpan<byte> part)
        {
            part.CopyTo(result.AsSpan(at));
            at += part.Length;
        }
    }
}
