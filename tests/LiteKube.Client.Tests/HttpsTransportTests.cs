using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace LiteKube.Client.Tests;

using Node = LiteKube.Api.Core.V1.Node;

/// <summary>Against Kestrel on loopback with a CA of its own.</summary>
public sealed class HttpsTransportTests
{
    [Fact]
    public async Task Get_sends_the_token_over_http2_and_reads_the_object()
    {
        await using var server = await Server.StartAsync(context =>
        {
            Assert.Equal("/api/v1/namespaces/default/pods/web", context.Request.Path);
            Assert.Equal("HTTP/2", context.Request.Protocol);
            Assert.Equal("Bearer secret", context.Request.Headers.Authorization);
            return context.Response.WriteAsync("""{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web","namespace":"default","resourceVersion":"7"}}""");
        });
        using var transport = server.Transport(o => o with { BearerToken = _ => ValueTask.FromResult<string?>("secret") });

        var pod = await new KubeClient(transport).GetAsync<Pod>("default", "web");

        Assert.Equal("7", pod.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task A_failure_is_thrown_with_the_servers_reason()
    {
        await using var server = await Server.StartAsync(context =>
        {
            context.Response.StatusCode = 409;
            return context.Response.WriteAsync("""{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"AlreadyExists","message":"it does","code":409}""");
        });
        using var transport = server.Transport();

        var failure = await Assert.ThrowsAsync<ApiException>(async () => await new KubeClient(transport).CreateAsync(new ConfigMap { Metadata = new ObjectMeta { Namespace = "default", Name = "a" } }));

        Assert.Equal((StatusReason.AlreadyExists, "it does"), (failure.Reason, failure.Message));
    }

    [Fact]
    public async Task A_list_is_cut_into_its_objects()
    {
        await using var server = await Server.StartAsync(context =>
        {
            Assert.Equal("?labelSelector=a%3Db&limit=2", context.Request.QueryString.Value);
            return context.Response.WriteAsync("""{"kind":"PodList","metadata":{"resourceVersion":"42","continue":"next"},"items":[{"metadata":{"name":"a","namespace":"x"},"spec":{"containers":[]}},{"metadata":{"name":"b","namespace":"x"}}]}""");
        });
        using var transport = server.Transport();

        var list = await transport.ListAsync(Pod.Resource, null, new ListOptions("a=b", Limit: 2), CancellationToken.None);

        Assert.Equal((42L, "next"), (list.ResourceVersion, list.Continue));
        Assert.Equal(["x/a", "x/b"], list.Items.Select(i => i.Header.Key));
    }

    [Fact]
    public async Task A_watch_is_decoded_line_by_line_until_its_error()
    {
        await using var server = await Server.StartAsync(async context =>
        {
            Assert.Equal("true", context.Request.Query["sendInitialEvents"]);
            foreach (var piece in (string[])[
                "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"a\"", "}}}\n",
                "{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"Pod\",\"metadata\":{\"resourceVersion\":\"9\",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}}}}\n{\"type\":\"MODIFIED\",\"object\":{\"metadata\":{\"name\":\"a\"}}}\n",
                "{\"type\":\"DELETED\",\"object\":{\"metadata\":{\"name\":\"a\"}}}\n{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":\"11\"}}}\n",
                "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"Expired\",\"code\":410,\"message\":\"too old\"}}\n"])
            {
                await context.Response.WriteAsync(piece);
                await context.Response.Body.FlushAsync();
            }
        });
        using var transport = server.Transport();
        var seen = new List<WatchEventType>();

        var failure = await Assert.ThrowsAsync<ApiException>(async () =>
        {
            await foreach (var one in transport.WatchAsync(Pod.Resource, null, new WatchOptions(SendInitialEvents: true), CancellationToken.None))
                seen.Add(one.Type);
        });

        Assert.Equal(StatusReason.Expired, failure.Reason);
        Assert.Equal([WatchEventType.Added, WatchEventType.InitialEventsEnd, WatchEventType.Modified, WatchEventType.Deleted, WatchEventType.Bookmark], seen);
    }

    [Fact]
    public async Task Writes_go_where_their_verb_says()
    {
        var seen = new List<string>();
        await using var server = await Server.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            await reader.ReadToEndAsync();
            seen.Add($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} {context.Request.ContentType}");
            await context.Response.WriteAsync("{}");
        });
        using var transport = server.Transport();
        var client = new KubeClient(transport);
        var node = new Node { Metadata = new ObjectMeta { Name = "n" } };

        await client.CreateAsync(node);
        await client.UpdateStatusAsync(node);
        await client.PatchAsync<Node>(null, "n", PatchKind.StrategicMerge, "{}"u8.ToArray(), fieldManager: "me");
        await client.DeleteAsync<Node>(null, "n");
        await client.CreateSubresourceAsync(Pod.Resource, "default", "p", "binding", new Binding { Target = new ObjectReference { Name = "n" } });
        await client.DeleteCollectionAsync(Pod.Resource, "default", labelSelector: "a=b");

        Assert.Equal(
            [
                "POST /api/v1/nodes application/json",
                "PUT /api/v1/nodes/n/status application/json",
                "PATCH /api/v1/nodes/n?fieldManager=me application/strategic-merge-patch+json",
                "DELETE /api/v1/nodes/n ",
                "POST /api/v1/namespaces/default/pods/p/binding application/json",
                "DELETE /api/v1/namespaces/default/pods?labelSelector=a%3Db ",
            ],
            seen);
    }

    [Fact]
    public async Task A_renewed_client_certificate_is_used_after_reconnecting()
    {
        await using var server = await Server.StartAsync(async context => await context.Response.WriteAsync($$$"""{"metadata":{"name":"{{{(await context.Connection.GetClientCertificateAsync())?.GetNameInfo(X509NameType.SimpleName, false)}}}"}}"""));
        var certificate = server.Issue("first");
        using var transport = server.Transport(o => o with { ClientCertificate = () => certificate });
        var client = new KubeClient(transport);
        Assert.Equal("first", (await client.GetAsync<Node>(null, "me")).Metadata.Name);

        certificate = server.Issue("second");
        transport.Reconnect();

        Assert.Equal("second", (await client.GetAsync<Node>(null, "me")).Metadata.Name);
    }

    [Fact]
    public async Task A_server_of_another_CA_is_not_spoken_to()
    {
        await using var server = await Server.StartAsync(_ => Task.CompletedTask);
        await using var other = await Server.StartAsync(_ => Task.CompletedTask);
        using var transport = server.Transport(o => o with { CertificateAuthority = other.CaPem });

        var failure = await Assert.ThrowsAsync<ApiException>(async () => await transport.GetAsync(Node.Resource, null, "n", CancellationToken.None));

        Assert.Equal(StatusReason.ServiceUnavailable, failure.Reason);
    }

    private sealed class Server : IAsyncDisposable
    {
        private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        private readonly X509Certificate2 _ca;
        private WebApplication _app = null!;

        private Server()
        {
            var request = new CertificateRequest("CN=test-ca", _key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            _ca = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        }

        public byte[] CaPem => Encoding.ASCII.GetBytes(_ca.ExportCertificatePem());

        public static async Task<Server> StartAsync(RequestDelegate handler)
        {
            var server = new Server();
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseKestrelHttpsConfiguration();
            builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.UseHttps(h =>
            {
                h.ServerCertificate = server.Issue("localhost");
                h.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                h.AllowAnyClientCertificate();
            })));
            server._app = builder.Build();
            server._app.Run(handler);
            await server._app.StartAsync();
            return server;
        }

        public HttpsTransport Transport(Func<HttpsTransportOptions, HttpsTransportOptions>? change = null)
        {
            var options = new HttpsTransportOptions { Server = new Uri(_app.Urls.Single().Replace("127.0.0.1", "localhost", StringComparison.Ordinal)), CertificateAuthority = CaPem };
            return new HttpsTransport(change is null ? options : change(options), TimeProvider.System);
        }

        public X509Certificate2 Issue(string name)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(name);
            request.CertificateExtensions.Add(names.Build());
            using var signed = request.Create(_ca, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), RandomNumberGenerator.GetBytes(8));
            using var withKey = signed.CopyWithPrivateKey(key);
            return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
        }

        public async ValueTask DisposeAsync()
        {
            await _app.StopAsync(new CancellationToken(canceled: true));
            await _app.DisposeAsync();
            _ca.Dispose();
            _key.Dispose();
        }
    }
}
