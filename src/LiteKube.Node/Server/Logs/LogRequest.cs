using System.Globalization;
using LiteKube.Node.Runtime;
using Microsoft.AspNetCore.Http;

namespace LiteKube.Node.Server.Logs;

/// <summary>PodLogOptions as query parameters.</summary>
/// <param name="Stream">Only this one; null for both.</param>
internal sealed record LogRequest(bool Follow, bool Previous, bool Timestamps, int? TailLines, DateTimeOffset? Since, long? LimitBytes, OutputStream? Stream)
{
    public static (LogRequest? Request, Refusal? Refusal) Read(IQueryCollection query, TimeProvider time)
    {
        List<string> errors = [];
        var tail = Number(query, "tailLines", 0, errors);
        var limit = Number(query, "limitBytes", 1, errors);
        var sinceSeconds = Number(query, "sinceSeconds", 1, errors);
        DateTimeOffset? since = sinceSeconds is { } seconds ? time.GetUtcNow().AddSeconds(-Math.Min(seconds, int.MaxValue)) : null;
        if (query["sinceTime"].FirstOrDefault() is { Length: > 0 } text)
        {
            if (since is not null)
                errors.Add("at most one of sinceTime or sinceSeconds may be specified");
            else if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var parsed))
                since = parsed;
            else
                errors.Add($"sinceTime: Invalid value: \"{text}\": must be an RFC 3339 time");
        }

        OutputStream? stream = null;
        switch (query["stream"].FirstOrDefault())
        {
            case null or "" or "All":
                break;
            case "Stdout":
                stream = OutputStream.Stdout;
                break;
            case "Stderr":
                stream = OutputStream.Stderr;
                break;
            case var other:
                errors.Add($"stream: Unsupported value: \"{other}\": supported values: \"All\", \"Stdout\", \"Stderr\"");
                break;
        }

        if (errors.Count > 0)
            return (null, new Refusal(StatusCodes.Status422UnprocessableEntity, string.Join("; ", errors)));
        return (new LogRequest(Flag(query, "follow"), Flag(query, "previous"), Flag(query, "timestamps"), (int?)Math.Min(tail ?? int.MaxValue, int.MaxValue) is { } lines && tail is not null ? lines : null, since, limit, stream), null);
    }

    private static long? Number(IQueryCollection query, string name, long least, List<string> errors)
    {
        if (query[name].FirstOrDefault() is not { Length: > 0 } text)
            return null;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least)
            return value;
        errors.Add($"{name}: Invalid value: \"{text}\": must be an integer greater than or equal to {least.ToString(CultureInfo.InvariantCulture)}");
        return null;
    }

    private static bool Flag(IQueryCollection query, string name) => query[name].FirstOrDefault() is "1" or "true" or "True";
}
