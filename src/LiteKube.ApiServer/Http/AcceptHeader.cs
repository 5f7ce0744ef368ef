using System.Collections.Concurrent;
using System.Globalization;

namespace LiteKube.ApiServer.Http;

/// <summary>Accept headers parsed, best clause first. Clients send a handful of different ones, so the parsed form is kept.</summary>
internal sealed class AcceptHeader
{
    private const int MostKept = 256;

    private static readonly ConcurrentDictionary<string, AcceptHeader> s_parsed = new(StringComparer.Ordinal);

    private readonly AcceptClause[] _clauses;

    private AcceptHeader(AcceptClause[] clauses) => _clauses = clauses;

    public IReadOnlyList<AcceptClause> Clauses => _clauses;

    public static AcceptHeader Parse(string? header)
    {
        header ??= "";
        if (s_parsed.TryGetValue(header, out var ready))
            return ready;
        var clauses = header.Length == 0
            ? [new AcceptClause("*/*")]
            : header.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(AcceptClause.Parse).OrderByDescending(c => c.Quality).ToArray();
        var made = new AcceptHeader(clauses);
        if (s_parsed.Count < MostKept)
            s_parsed.TryAdd(header, made);
        return made;
    }

    /// <summary>The best that the server can write; null where it can write none of it.</summary>
    /// <param name="protobuf">Objects themselves have a protobuf form; tables and metadata always have.</param>
    /// <param name="transforms">The answer is of a kind that can be shown as a table or as metadata.</param>
    public ResponseFormat? Choose(bool transforms, bool protobuf = true)
    {
        foreach (var clause in _clauses)
        {
            var format = clause.Format;
            if (format is null || clause.Quality == 0)
                continue;
            switch (clause.As)
            {
                case null or "" when format == MediaFormat.Protobuf && !protobuf:
                    continue;
                case null or "":
                    return new ResponseFormat(format.Value, Representation.Object);
                case "Table" when transforms && clause is { Group: "meta.k8s.io", Version: "v1" }:
                    return new ResponseFormat(format.Value == MediaFormat.Protobuf ? MediaFormat.Json : format.Value, Representation.Table);
                case "PartialObjectMetadata" or "PartialObjectMetadataList" when transforms && clause is { Group: "meta.k8s.io", Version: "v1" }:
                    return new ResponseFormat(format.Value, Representation.PartialMetadata);
            }
        }

        return null;
    }
}

/// <summary>One media range of an Accept header with the parameters that Kubernetes gives a meaning. Others, such as profile, are ignored.</summary>
internal sealed record AcceptClause(string MediaType)
{
    public double Quality { get; init; } = 1;

    public string? As { get; init; }

    public string? Group { get; init; }

    public string? Version { get; init; }

    public MediaFormat? Format => MediaType switch
    {
        "application/json" or "*/*" or "application/*" => MediaFormat.Json,
        "application/yaml" => MediaFormat.Yaml,
        "application/vnd.kubernetes.protobuf" => MediaFormat.Protobuf,
        _ => null,
    };

    public static AcceptClause Parse(string text)
    {
        var parts = text.Split(';', StringSplitOptions.TrimEntries);
        var clause = new AcceptClause(parts[0].ToLowerInvariant());
        foreach (var part in parts.AsSpan(1))
        {
            var equals = part.IndexOf('=');
            if (equals < 0)
                continue;
            var value = part[(equals + 1)..].Trim('"');
            clause = part[..equals] switch
            {
                "q" => clause with { Quality = double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var q) ? q : 1 },
                "as" => clause with { As = value },
                "g" => clause with { Group = value },
                "v" => clause with { Version = value },
                _ => clause,
            };
        }

        return clause;
    }
}
