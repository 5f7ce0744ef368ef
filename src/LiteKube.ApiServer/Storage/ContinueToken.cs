using System.Buffers.Text;
using System.Globalization;
using System.Text;
using LiteKube.Api;

namespace LiteKube.ApiServer.Storage;

/// <summary>Where a paged list goes on: the revision of its first page and the last key served. A revision of 0 means the present state, whatever it is.</summary>
internal readonly record struct ContinueToken(long Revision, string After)
{
    public override string ToString() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Revision}:{After}")));

    public static ContinueToken Parse(string token, string prefix)
    {
        try
        {
            var text = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token));
            var colon = text.IndexOf(':');
            var parsed = new ContinueToken(long.Parse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture), text[(colon + 1)..]);
            if (parsed.After.StartsWith(prefix, StringComparison.Ordinal))
                return parsed;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or OverflowException)
        {
            // Told to the client below, like a token of another list.
        }

        throw new ApiException(StatusReason.BadRequest, "continue key is not valid");
    }
}
