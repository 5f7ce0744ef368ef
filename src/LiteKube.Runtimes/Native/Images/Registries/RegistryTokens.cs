using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using LiteKube.Node.Runtime;

namespace LiteKube.Runtimes.Native.Images.Registries;

/// <summary>Answers a registry's challenges: Basic, or a token from the service that the registry names (distribution specification, token authentication).</summary>
internal sealed class RegistryTokens(HttpClient http, RegistryEndpoint endpoint, string repository)
{
    private const int MaxAnswer = 1 << 20;

    private volatile AuthenticationHeaderValue? _current;

    public AuthenticationHeaderValue? Current => _current;

    /// <summary>Finds out what to send. False where there is nothing more to offer than was refused.</summary>
    public async Task<bool> AnswerAsync(HttpResponseMessage refused, AuthenticationHeaderValue? sent, CancellationToken cancellationToken)
    {
        // Another request of this pull may have renewed the token since.
        if (_current is { } renewed && !renewed.Equals(sent))
            return true;
        var challenges = refused.Headers.WwwAuthenticate.Select(h => AuthChallenge.Parse(h.Scheme, h.Parameter)).ToList();
        if (challenges.FirstOrDefault(c => c.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)) is { } bearer)
        {
            _current = new AuthenticationHeaderValue("Bearer", await FetchAsync(bearer, cancellationToken).ConfigureAwait(false));
            return true;
        }

        if (challenges.Any(c => c.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)) && endpoint.Credentials is { Username.Length: > 0 } credentials && sent is null)
        {
            _current = Basic(credentials);
            return true;
        }

        return false;
    }

    private async Task<string> FetchAsync(AuthChallenge challenge, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(challenge.Parameters.GetValueOrDefault("realm"), UriKind.Absolute, out var realm) || realm.Scheme is not ("http" or "https"))
            throw new RegistryException($"{endpoint.Address.Authority} asks for a token and does not say where to get one", transient: false);
        var service = challenge.Parameters.GetValueOrDefault("service");
        var scope = challenge.Parameters.GetValueOrDefault("scope") ?? $"repository:{repository}:pull";
        using var request = Request(realm, service, scope);
        if (request.Headers.Authorization is not null || request.Content is not null)
            RefuseInTheClear(realm);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            var body = await RegistryAnswer.ReadAsync(response, MaxAnswer, cancellationToken).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
                throw RegistryAnswer.Refused(response, body, $"the token service {realm.Authority}");
            var answer = JsonSerializer.Deserialize(body, RegistryJson.Default.TokenAnswer);
            return answer?.Token ?? answer?.AccessToken ?? throw new RegistryException($"the token service {realm.Authority} gave no token", transient: false);
        }
        catch (JsonException e)
        {
            throw new RegistryException($"the token service {realm.Authority} did not answer with the JSON expected", transient: false, e);
        }
    }

    private HttpRequestMessage Request(Uri realm, string? service, string scope)
    {
        if (endpoint.Credentials?.IdentityToken is { Length: > 0 } identity)
        {
            var form = new Dictionary<string, string> { ["grant_type"] = "refresh_token", ["refresh_token"] = identity, ["client_id"] = "litekube", ["scope"] = scope };
            if (service is not null)
                form["service"] = service;
            return new HttpRequestMessage(HttpMethod.Post, realm) { Content = new FormUrlEncodedContent(form) };
        }

        var query = new StringBuilder(realm.Query.Length > 1 ? realm.Query + "&" : "?");
        if (service is not null)
            query.Append("service=").Append(Uri.EscapeDataString(service)).Append('&');
        query.Append("scope=").Append(Uri.EscapeDataString(scope));
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(realm, realm.AbsolutePath + query));
        if (endpoint.Credentials is { Username.Length: > 0 } credentials)
            request.Headers.Authorization = Basic(credentials);
        return request;
    }

    private void RefuseInTheClear(Uri realm)
    {
        if (endpoint.Address.Scheme == "https" && realm.Scheme == "http" && !realm.IsLoopback)
            throw new RegistryException($"{endpoint.Address.Authority} asks for the password to be sent unencrypted to {realm.Authority}, which is not done", transient: false);
    }

    private static AuthenticationHeaderValue Basic(RegistryCredentials credentials) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credentials.Username}:{credentials.Password}")));
}
