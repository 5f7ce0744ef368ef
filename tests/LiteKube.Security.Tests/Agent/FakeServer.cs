using System.Collections.Concurrent;
using System.Net;
using LiteKube.Api.Certificates.V1;
using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Security;
using LiteKube.Security.Authentication;
using LiteKube.Security.Authorization;
using LiteKube.Security.Authorization.Bootstrap;
using LiteKube.Security.Authorization.Node;
using LiteKube.Security.Authorization.Rbac;
using LiteKube.Security.Joining;
using LiteKube.Security.Pki;
using LiteKube.Security.Signing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LiteKube.Security.Tests.Agent;

/// <summary>As much of an API server as joining needs: real TLS, authentication and signing, requests for certificates in memory.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly SecurityFixture _security;
    private readonly ConcurrentDictionary<string, CertificateSigningRequest> _requests = new();
    private readonly RbacAuthorizer _roles;
    private readonly ClusterAuthorizer _authorizer;
    private readonly ServingCertificate _serving;
    private readonly CsrSteps _steps;
    private readonly WebApplication _web;

    private FakeServer(SecurityFixture security)
    {
        _security = security;
        Token = new JoinTokens(security.Pki, security.Options).Current;
        foreach (var one in new SecurityBootstrap(security.Pki, new JoinTokens(security.Pki, security.Options)).Objects())
            security.Objects.Put(one.Resource, one.Object);
        _roles = new RbacAuthorizer(security.Objects);
        _authorizer = new ClusterAuthorizer(new NodeAuthorizer(new NodeReach(security.Objects)), _roles);
        _serving = security.NewServingCertificate();
        _steps = new CsrSteps(new CsrPolicy(_authorizer, security.Objects, _serving, security.Options), new CertificateSigner(security.Pki), security.Clock);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.UseHttps(https =>
        {
            https.ServerCertificateSelector = (_, _) => _serving.For(IPAddress.Loopback);
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            https.AllowAnyClientCertificate();
        })));
        _web = builder.Build();
        _web.Run(HandleAsync);
    }

    public JoinToken Token { get; }

    public Uri Address => new(_web.Urls.Single());

    public int Requests { get; private set; }

    /// <summary>Whether requests for certificates are approved and signed.</summary>
    public bool Signs { get; set; } = true;

    public static async Task<FakeServer> StartAsync(SecurityFixture security)
    {
        var server = new FakeServer(security);
        await server._web.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        _serving.Dispose();
        _roles.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        Requests++;
        var path = context.Request.Path.Value!;
        if (path == "/cacerts")
        {
            await context.Response.WriteAsync(_security.Pki.ServerCa.Pem);
            return;
        }

        var bearer = context.Request.Headers.Authorization.ToString();
        var result = await _security.Authenticator.AuthenticateAsync(
            new AuthenticationRequest { BearerToken = bearer.Length > 7 ? bearer[7..] : null, ClientCertificate = context.Connection.ClientCertificate },
            context.RequestAborted);
        if (result.User is not { } user)
        {
            context.Response.StatusCode = 401;
            await context.Response.WriteAsync("""{"kind":"Status","apiVersion":"v1","status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}""");
            return;
        }

        await context.Response.Body.WriteAsync(path.Contains("configmaps", StringComparison.Ordinal)
            ? (await _security.Objects.GetAsync(ConfigMap.Resource, "kube-system", "extension-apiserver-authentication", context.RequestAborted))!.Json
            : JsonText.Bytes(context.Request.Method == "POST" ? await CreateAsync(context, user) : _requests[path[(path.LastIndexOf('/') + 1)..]]));
    }

    private async Task<CertificateSigningRequest> CreateAsync(HttpContext context, UserInfo user)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var asked = JsonText.Parse<CertificateSigningRequest>(body.ToArray());
        var name = $"{asked.Metadata.GenerateName}{_requests.Count}";
        var csr = asked with { Metadata = asked.Metadata with { Name = name }, Spec = asked.Spec with { Username = user.Name, Groups = user.Groups } };
        _requests[name] = csr;
        while (Signs && await _steps.NextAsync(_requests[name], context.RequestAborted) is { } step)
            _requests[name] = step.Request;
        return csr;
    }
}
