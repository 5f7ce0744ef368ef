using LiteKube.Api;

namespace LiteKube.ApiServer.Aggregation;

/// <summary>Reads what a remote answers, up to a limit: it is another's program.</summary>
internal static class RemoteAnswer
{
    /// <exception cref="ApiException">ServiceUnavailable: longer than the limit.</exception>
    public static async ValueTask<byte[]> ReadAsync(HttpResponseMessage answer, int longest, CancellationToken cancellationToken)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var read = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int length;
        while ((length = await body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (read.Length + length > longest)
                throw new ApiException(StatusReason.ServiceUnavailable, $"the answer is longer than {longest} bytes");
            read.Write(buffer, 0, length);
        }

        return read.ToArray();
    }
}
