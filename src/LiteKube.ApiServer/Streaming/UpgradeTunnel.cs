using System.Globalization;
using System.Text;
using LiteKube.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LiteKube.ApiServer.Streaming;

/// <summary>
/// Passes an upgrade (WebSocket, SPDY/3.1) on to a backend and, once it agrees, every byte both ways. What is spoken inside is the two ends' business.
/// </summary>
internal sealed class UpgradeTunnel(BackendConnections connections)
{
    private const int LongestRefusal = 64 * 1024;

    /// <param name="target">Path and query at the backend.</param>
    public async Task RunAsync(HttpContext context, Backend backend, string target)
    {
        UpgradeOf(context);
        await using var far = await connections.ConnectAsync(backend, context.RequestAborted);
        await RunAsync(context, far, backend.Authority, target, ForwardedHeaders.ToBackend(context, upgrade: true).Concat(ForwardedHeaders.Forwarding(context)));
    }

    /// <param name="far">A connection to the backend, its TLS done.</param>
    /// <param name="headers">All that the backend is to see of headers, but for Host.</param>
    public async Task RunAsync(HttpContext context, Stream far, string authority, string target, IEnumerable<KeyValuePair<string, string>> headers)
    {
        var upgrade = UpgradeOf(context);
        await far.WriteAsync(Head(context.Request.Method, authority, target, headers), context.RequestAborted);
        await far.FlushAsync(context.RequestAborted);
        var answer = await AnswerAsync(far, authority, context.RequestAborted);
        if (answer.StatusCode != StatusCodes.Status101SwitchingProtocols)
            throw await RefusalAsync(far, answer, context.RequestAborted);

        foreach (var (name, value) in answer.Headers)
        {
            if (!name.Equals("Connection", StringComparison.OrdinalIgnoreCase))
                context.Response.Headers.Append(name, value);
        }

        await using var near = await upgrade.UpgradeAsync();
        if (!answer.Rest.IsEmpty)
            await near.WriteAsync(answer.Rest, context.RequestAborted);
        await near.FlushAsync(context.RequestAborted);
        await PumpAsync(near, far, context.RequestAborted);
    }

    private static IHttpUpgradeFeature UpgradeOf(HttpContext context) =>
        context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } upgrade ? upgrade : throw new ApiException(StatusReason.BadRequest, "Upgrade request required");

    private static byte[] Head(string method, string authority, string target, IEnumerable<KeyValuePair<string, string>> headers)
    {
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"{method} {target} HTTP/1.1\r\nHost: {authority}\r\n");
        foreach (var (name, value) in headers)
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        return Encoding.UTF8.GetBytes(head.Append("\r\n").ToString());
    }

    private static async ValueTask<ResponseHead> AnswerAsync(Stream far, string authority, CancellationToken cancellationToken)
    {
        try
        {
            return await ResponseHead.ReadAsync(far, cancellationToken);
        }
        catch (IOException e)
        {
            throw new ApiException(StatusReason.InternalError, $"error dialing backend: {authority}: {e.Message}");
        }
    }

    /// <summary>The backend's own words, with its status.</summary>
    private static async ValueTask<ApiException> RefusalAsync(Stream far, ResponseHead answer, CancellationToken cancellationToken)
    {
        var body = new MemoryStream();
        body.Write(answer.Rest.Span);
        var expected = long.TryParse(answer.Header("Content-Length"), NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? Math.Min(length, LongestRefusal) : body.Length;
        var buffer = new byte[4096];
        while (body.Length < expected)
        {
            var read = await far.ReadAsync(buffer, cancellationToken);
            if (read == 0)
                break;
            body.Write(buffer, 0, read);
        }

        return BackendRefusal.Of(answer.StatusCode, Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length));
    }

    /// <summary>Ends when either end does; the other is then closed.</summary>
    private static async Task PumpAsync(Stream near, Stream far, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var up = CopyAsync(near, far, ended.Token);
        var down = CopyAsync(far, near, ended.Token);
        await Task.WhenAny(up, down);
        await ended.CancelAsync();
        await Task.WhenAll(up, down);
    }

    private static async Task CopyAsync(Stream from, Stream to, CancellationToken cancellationToken)
    {
        var buffer = new byte[32 * 1024];
        try
        {
            while (true)
            {
                var read = await from.ReadAsync(buffer, cancellationToken);
                if (read == 0)
                    return;
                await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                await to.FlushAsync(cancellationToken);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // How a tunnel ends when either side hangs up.
        }
    }
}
