using System.Collections.ObjectModel;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LiteKube.Api.Security;
using LiteKube.ApiServer.Http;
using LiteKube.Security.Authentication;
using LiteKube.Security.Authorization;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LiteKube.ApiServer.Tests.Access;

/// <summary>The requests of one HTTP/2 connection come at once, and share what belongs to the connection.</summary>
public sealed class ConnectionTests
{
    private const int Requests = 32;

    [Fact]
    public async Task Many_first_requests_of_one_connection_are_all_known_by_its_certificate_and_write_nothing_of_the_connections()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=jane", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        var gathered = new Gathered(Requests);
        var identity = new RequestIdentity(gathered, new Nobody(), new ApiServerOptions(), TimeProvider.System);
        var connection = new Connection { ClientCertificate = certificate };

        // All have found the connection unknown before the first of them is told who it is.
        var users = await Task.WhenAll(Enumerable.Range(0, Requests).Select(_ => Task.Run(async () => await identity.AuthenticateAsync(connection.Request(), "/version", CancellationToken.None))));
        Assert.All(users, user => Assert.Equal("jane", user.Name));
        Assert.Equal(Requests, gathered.Asked);

        Assert.Equal("jane", (await identity.AuthenticateAsync(connection.Request(), "/version", CancellationToken.None)).Name);
        Assert.Equal(Requests, gathered.Asked);
    }

    /// <summary>Its items are a dictionary that only one thread may write: here, none.</summary>
    private sealed class Connection : ITlsConnectionFeature, IConnectionItemsFeature
    {
        public X509Certificate2? ClientCertificate { get; set; }

        public IDictionary<object, object?> Items { get; set; } = new ReadOnlyDictionary<object, object?>(new Dictionary<object, object?>());

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);

        public HttpContext Request()
        {
            var context = new DefaultHttpContext();
            context.Features.Set<ITlsConnectionFeature>(this);
            context.Features.Set<IConnectionItemsFeature>(this);
            return context;
        }
    }

    /// <summary>Answers when it has been asked so often.</summary>
    private sealed class Gathered(int count) : IAuthenticator
    {
        private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _asked;

        public int Asked => _asked;

        public async ValueTask<AuthenticationResult> AuthenticateAsync(AuthenticationRequest request, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref _asked) == count)
                _all.SetResult();
            await _all.Task.WaitAsync(TimeSpan.FromMinutes(1), cancellationToken);
            return AuthenticationResult.Of(UserInfo.Of(request.ClientCertificate!.GetNameInfo(X509NameType.SimpleName, false)));
        }
    }

    private sealed class Nobody : IAuthorizer
    {
        public ValueTask<AuthorizationDecision> AuthorizeAsync(AuthorizationAttributes attributes, CancellationToken cancellationToken) => new(new AuthorizationDecision(false, ""));

        public ValueTask<UserRules> RulesForAsync(UserInfo user, string ns, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
