using LiteKube.Store;

namespace LiteKube.Store.Tests.Model;

/// <summary>Entries and events as text, so that what differs can be read.</summary>
internal static class Same
{
    public static string Of(StoreEntry? entry) =>
        entry is null ? "-" : $"{entry.Key}={Convert.ToHexString(entry.Value.Span)}@{entry.CreateRevision}/{entry.ModRevision}";

    public static string Of(StoreEvent e) => $"{e.Revision}: {Of(e.Previous)} -> {Of(e.Entry)}";

    public static string Of(WriteResult result) => $"{result.Outcome} {result.Revision} {Of(result.Entry)}";
}
