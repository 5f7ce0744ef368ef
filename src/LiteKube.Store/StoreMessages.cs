using Microsoft.Extensions.Logging;

namespace LiteKube.Store;

internal static partial class StoreMessages
{
    [LoggerMessage(1, LogLevel.Information, "store {Name}: open with {Entries} entries at revision {Revision}, history from {Compacted}, in {Milliseconds:F0} ms")]
    public static partial void Opened(ILogger logger, string name, int entries, long revision, long compacted, double milliseconds);

    [LoggerMessage(2, LogLevel.Warning, "store {Name}: the last stop was not orderly; relaxed writes after revision {Durable} are lost, going on from {Revision}")]
    public static partial void Lost(ILogger logger, string name, long durable, long revision);

    [LoggerMessage(3, LogLevel.Error, "store: writes fail: {Reason}")]
    public static partial void Failing(ILogger logger, string reason);

    [LoggerMessage(4, LogLevel.Information, "store {Name}: writes work again")]
    public static partial void Recovered(ILogger logger, string name);

    [LoggerMessage(5, LogLevel.Critical, "store {Name}: the writer stopped")]
    public static partial void WriterStopped(ILogger logger, string name, Exception error);
}
