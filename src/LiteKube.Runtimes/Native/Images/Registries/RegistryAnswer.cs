using System.Net;
using System.Text.Json;

namespace LiteKube.Runtimes.Native.Images.Registries;

/// <summary>A registry's answers, and its refusals in its own words with the remedy.</summary>
internal static class RegistryAnswer
{
    private const int ShownWords = 300;

    /// <exception cref="RegistryException">It is larger than anything that is meant.</exception>
    public static async Task<byte[]> ReadAsync(HttpResponseMessage response, int most, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > most)
            throw TooLarge(response, most);
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var bytes = new MemoryStream();
            var buffer = new byte[16 << 10];
            int count;
            while ((count = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                if (bytes.Length + count > most)
                    throw TooLarge(response, most);
                bytes.Write(buffer, 0, count);
            }

            return bytes.ToArray();
        }
    }

    public static RegistryException Refused(HttpResponseMessage response, ReadOnlySpan<byte> body, string who)
    {
        var status = (int)response.StatusCode;
        var transient = status >= 500 || response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout;
        var remedy = response.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => "; the image does not exist or needs credentials: name them in the pod's imagePullSecrets or in /etc/litekube/registries.yaml",
            HttpStatusCode.TooManyRequests => "; it limits how often is pulled: credentials or a mirror (/etc/litekube/registries.yaml) raise the limit",
            _ => "",
        };
        return new RegistryException($"{who} answers {status} {Words(body) ?? response.ReasonPhrase}{remedy}", transient);
    }

    public static string Remedy(HttpRequestException e, RegistryEndpoint endpoint) => e.HttpRequestError switch
    {
        HttpRequestError.SecureConnectionError => $"{Innermost(e)}; name its authority as configs.\"{endpoint.Address.Authority}\".tls.ca_file, or, where it speaks plain HTTP, http://{endpoint.Address.Authority} as an endpoint of its mirrors, in /etc/litekube/registries.yaml",
        HttpRequestError.NameResolutionError => $"{Innermost(e)}; the machine's name servers do not know {endpoint.Address.Host}",
        _ => Innermost(e),
    };

    private static string? Words(ReadOnlySpan<byte> body)
    {
        try
        {
            if (JsonSerializer.Deserialize(body, RegistryJson.Default.ErrorAnswer)?.Errors is { Count: > 0 } errors)
            {
                var words = string.Join(", ", errors.Where(e => e is not null).Select(e => $"{e.Code?.ToLowerInvariant().Replace('_', ' ')}: {e.Message}"));
                return words.Length > ShownWords ? words[..ShownWords] + "…" : words;
            }
        }
        catch (JsonException)
        {
            // Something else than a registry answered, a proxy perhaps: its status says more than its page.
        }

        return null;
    }

    private static string Innermost(Exception e)
    {
        while (e.InnerException is not null)
            e = e.InnerException;
        return e.Message;
    }

    private static RegistryException TooLarge(HttpResponseMessage response, int most) =>
        new($"{response.RequestMessage?.RequestUri?.Authority} answers with more than {most} bytes where so many are never meant", transient: false);
}
