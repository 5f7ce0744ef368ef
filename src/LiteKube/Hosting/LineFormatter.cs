using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace LiteKube.Hosting;

/// <summary>
/// One line an event. Under journald: the level as its <c>&lt;n&gt;</c> prefix and no time, since the journal has both; otherwise an RFC 3339 time and the level's letter.
/// </summary>
internal sealed class LineFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "line";

    private static readonly bool s_journal = Environment.GetEnvironmentVariable("JOURNAL_STREAM") is { Length: > 0 };

    public override void Write<TState>(in LogEntry<TState> entry, IExternalScopeProvider? scopeProvider, TextWriter writer)
    {
        if (s_journal)
            writer.Write(Priority(entry.LogLevel));
        else
            writer.Write($"{time.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {Letter(entry.LogLevel)} ");
        var category = entry.Category;
        writer.Write(category.StartsWith("LiteKube.", StringComparison.Ordinal) ? category["LiteKube.".Length..] : category);
        writer.Write(": ");
        WriteOneLine(writer, entry.Formatter(entry.State, entry.Exception));
        // A stack trace only where the level says that something is broken.
        if (entry.Exception is { } error)
        {
            writer.Write(": ");
            WriteOneLine(writer, entry.LogLevel >= LogLevel.Error ? error.ToString() : $"{error.GetType().Name}: {error.Message}");
        }

        writer.Write('\n');
    }

    private static void WriteOneLine(TextWriter writer, string text) => writer.Write(text.AsSpan().IndexOfAny('\r', '\n') < 0 ? text : text.ReplaceLineEndings(" | "));

    private static string Priority(LogLevel level) => level switch
    {
        LogLevel.Critical => "<2>",
        LogLevel.Error => "<3>",
        LogLevel.Warning => "<4>",
        LogLevel.Information => "<6>",
        _ => "<7>",
    };

    private static char Letter(LogLevel level) => level switch
    {
        LogLevel.Critical => 'C',
        LogLevel.Error => 'E',
        LogLevel.Warning => 'W',
        LogLevel.Information => 'I',
        _ => 'D',
    };
}
