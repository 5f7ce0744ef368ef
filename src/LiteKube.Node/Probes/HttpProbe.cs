using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Text;
using LiteKube.Api.Core.V1;

namespace LiteKube.Node.Probes;

/// <summary>httpGet probes and hooks: any answer from 200 to 399 is good; certificates are not checked; each request has a connection of its own.</summary>
internal sealed class HttpProbe : IDisposable
{
    private const int MaxBody = 10 * 1024;
    private const int MaxRedirects = 10;

    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        PooledConnectionLifetime = TimeSpan.Zero,
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
    });

    public async ValueTask<ProbeOutcome> RunAsync(HTTPGetAction action, ProbeTarget target, CancellationToken cancellationToken)
    {
        Uri uri;
        try
        {
            uri = UriOf(action, target);
        }
        catch (FormatException e)
        {
            return ProbeOutcome.Error(e.Message);
        }

        try
        {
            var start = uri;
            for (var redirects = 0; ; redirects++)
            {
                using var request = RequestOf(action, uri);
                using var response = await _client.SendAsync(request, cancellationToken).ConfigureAwait(false);
                var status = (int)response.StatusCode;
                if (status is >= 300 and < 400 && response.Headers.Location is { } location)
                {
                    uri = new Uri(uri, location);

                    // Another host's answer says nothing of this container: being sent there is good enough.
                    if (uri.Host == start.Host && redirects < MaxRedirects)
                        continue;
                    return redirects < MaxRedirects ? ProbeOutcome.Success("Probe terminated redirects") : ProbeOutcome.Failure($"Get \"{start}\": stopped after 10 redirects");
                }

                var body = await ReadBodyAsync(response, cancellationToken).ConfigureAwait(false);
                return status is >= 200 and < 400 ? ProbeOutcome.Success(body) : ProbeOutcome.Failure($"HTTP probe failed with statuscode: {status}");
            }
        }
        catch (OperationCanceledException)
        {
            return ProbeOutcome.Failure($"Get \"{uri}\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return ProbeOutcome.Failure($"Get \"{uri}\": {SocketFailure.Describe(e, $"{uri.Host}:{uri.Port}")}");
        }
    }

    public void Dispose() => _client.Dispose();

    private static Uri UriOf(HTTPGetAction action, ProbeTarget target)
    {
        var scheme = string.IsNullOrEmpty(action.Scheme) ? "http" : action.Scheme.ToLowerInvariant();
        var host = string.IsNullOrEmpty(action.Host) ? target.Address : action.Host;
        if (host.Contains(':') && !host.StartsWith('['))
            host = $"[{host}]";
        var path = action.Path ?? "";
        if (!path.StartsWith('/'))
            path = "/" + path;
        return Uri.TryCreate($"{scheme}://{host}:{target.PortOf(action.Port)}{path}", UriKind.Absolute, out var uri) ? uri : throw new FormatException($"invalid probe URL: {host}{path}");
    }

    private static HttpRequestMessage RequestOf(HTTPGetAction action, Uri uri)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, uri) { Version = HttpVersion.Version11 };
        request.Headers.ConnectionClose = true;
        foreach (var header in action.HttpHeaders)
        {
            if (header.Name.Equals("Host", StringComparison.OrdinalIgnoreCase))
                request.Headers.Host = header.Value;
            else
                request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        }

        if (!request.Headers.Contains("User-Agent"))
            request.Headers.UserAgent.Add(new ProductInfoHeaderValue("kube-probe", "1.36"));
        if (!request.Headers.Contains("Accept"))
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("*/*"));
        return request;
    }

    private static async ValueTask<string> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxBody];
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var read = await stream.ReadAtLeastAsync(buffer, MaxBody, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return Encoding.UTF8.GetString(buffer, 0, read);
    }
}
