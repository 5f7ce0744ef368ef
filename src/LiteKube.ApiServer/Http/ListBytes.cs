using System.Globalization;
using System.Text;
using LiteKube.ApiServer.Requests;

namespace LiteKube.ApiServer.Http;

/// <summary>A list as the bytes of its items with commas between: nothing is parsed or encoded again.</summary>
internal static class ListBytes
{
    private static readonly ReadOnlyMemory<byte> s_comma = ","u8.ToArray();
    public static ReadOnlyMemory<byte> End { get; } = "]}\n"u8.ToArray();

    public static (long Length, IEnumerable<ReadOnlyMemory<byte>> Parts) Of(ListResult list)
    {
        var metadata = Metadata(list);
        long length = list.Resource.ListHead.Length + metadata.Length + End.Length + Math.Max(list.Items.Count - 1, 0);
        foreach (var item in list.Items)
            length += item.Json.Length;
        return (length, Parts(list, metadata));
    }

    /// <summary>All before the first item.</summary>
    public static ReadOnlyMemory<byte> Head(ListResult list) => (byte[])[.. list.Resource.ListHead, .. Metadata(list)];

    private static byte[] Metadata(ListResult list)
    {
        // A continue token is base64url, so it needs no escaping.
        var more = list.Continue is null ? "" : $",\"continue\":\"{list.Continue}\"";
        if (list.Remaining is { } remaining)
            more += string.Create(CultureInfo.InvariantCulture, $",\"remainingItemCount\":{remaining}");
        return Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{list.Revision}\"{more}}},\"items\":["));
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Parts(ListResult list, byte[] metadata)
    {
        yield return list.Resource.ListHead;
        yield return metadata;
        for (var i = 0; i < list.Items.Count; i++)
        {
            if (i > 0)
                yield return s_comma;
            yield return list.Items[i].Json;
        }

        yield return End;
    }
}
