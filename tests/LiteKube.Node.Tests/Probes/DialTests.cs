using System.Net;
using LiteKube.Api.Core.V1;
using LiteKube.Node.Probes;
using LiteKube.Node.Tests.Harness;
using LiteKube.Testing;
using LiteKube.Testing.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace LiteKube.Node.Tests.Probes;

public sealed class DialTests : IAsyncLifetime
{
    private readonly Prober _prober = new(new FakeRuntime(), TimeProvider.System);
    private WebApplication _server = null!;
    private int _port;
    private int _grpcPort;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.Listen(IPAddress.Loopback, 0);
            k.Listen(IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2);
        });
        _server = builder.Build();
        _server.Run(AnswerAsync);
        await _server.StartAsync();
        var ports = _server.Urls.Select(u => new Uri(u).Port).ToList();
        (_port, _grpcPort) = (ports[0], ports[1]);
    }

    public async Task DisposeAsync()
    {
        _prober.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("/ok", true, "fine")]
    [InlineData("ok", true, "fine")]
    [InlineData("/broken", false, "HTTP probe failed with statuscode: 500")]
    [InlineData("/to-ok", true, "fine")]
    [InlineData("/to-elsewhere", true, "Probe terminated redirects")]
    [InlineData("/agent", true, "kube-probe/1.36 yes")]
    public async Task Http_answers_from_200_to_399_are_good(string path, bool isGood, string output)
    {
        var probe = new Probe { HttpGet = new HTTPGetAction { Path = path, Port = "web", HttpHeaders = [new HTTPHeader { Name = "X-Test", Value = "yes" }] }, TimeoutSeconds = 90 };
        Assert.Equal(isGood ? ProbeOutcome.Success(output) : ProbeOutcome.Failure(output), await ProbeAsync(probe));
    }

    [Fact]
    public async Task A_refused_connection_is_told_in_the_usual_words()
    {
        var closed = FreePort.Take();
        var http = await ProbeAsync(new Probe { HttpGet = new HTTPGetAction { Path = "/", Port = closed }, TimeoutSeconds = 90 });
        var tcp = await ProbeAsync(new Probe { TcpSocket = new TCPSocketAction { Port = closed }, TimeoutSeconds = 90 });

        Assert.Equal(ProbeOutcome.Failure($"Get \"http://127.0.0.1:{closed}/\": dial tcp 127.0.0.1:{closed}: connect: connection refused"), http);
        Assert.Equal(ProbeOutcome.Failure($"dial tcp 127.0.0.1:{closed}: connect: connection refused"), tcp);
    }

    [Fact]
    public async Task A_slow_answer_is_a_failure()
    {
        var outcome = await ProbeAsync(new Probe { HttpGet = new HTTPGetAction { Path = "/slow", Port = _port }, TimeoutSeconds = 1 });
        Assert.Equal(ProbeVerdict.Failure, outcome.Verdict);
        Assert.Contains("context deadline exceeded", outcome.Output);
    }

    [Fact]
    public async Task An_unknown_port_name_counts_neither_way()
    {
        var outcome = await ProbeAsync(new Probe { HttpGet = new HTTPGetAction { Port = "nope" } });
        Assert.Equal(ProbeVerdict.Unknown, outcome.Verdict);
    }

    [Fact]
    public async Task An_open_tcp_port_is_good() =>
        Assert.Equal(ProbeVerdict.Success, (await ProbeAsync(new Probe { TcpSocket = new TCPSocketAction { Port = _port }, TimeoutSeconds = 90 })).Verdict);

    [Theory]
    [InlineData("", true, "service healthy")]
    [InlineData("down", false, "service unhealthy (responded with \"NOT_SERVING\")")]
    [InlineData("unknown", false, "health rpc probe failed: code 5: unknown service")]
    public async Task Grpc_health_is_asked_for_the_service(string service, bool isGood, string output) =>
        Assert.Equal(isGood ? ProbeOutcome.Success(output) : ProbeOutcome.Failure(output), await ProbeAsync(new Probe { Grpc = new GRPCAction { Port = _grpcPort, Service = service }, TimeoutSeconds = 90 }));

    private async Task<ProbeOutcome> ProbeAsync(Probe probe)
    {
        var container = PodSpecs.Container("app") with { Ports = [new ContainerPort { Name = "web", ContainerPortValue = _port }] };
        return await _prober.ProbeAsync(probe, new ProbeTarget("127.0.0.1", container), "id", CancellationToken.None);
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        switch (context.Request.Path.Value)
        {
            case "/ok":
                await context.Response.WriteAsync("fine");
                break;
            case "/to-ok":
                context.Response.Redirect("/ok");
                break;
            case "/to-elsewhere":
                context.Response.Redirect("http://example.invalid/");
                break;
            case "/agent":
                await context.Response.WriteAsync($"{context.Request.Headers.UserAgent} {context.Request.Headers["X-Test"]}");
                break;
            case "/slow":
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
            case "/grpc.health.v1.Health/Check":
                await AnswerHealthAsync(context);
                break;
            default:
                context.Response.StatusCode = 500;
                break;
        }
    }

    /// <summary>The two messages of grpc.health.v1, by hand.</summary>
    private static async Task AnswerHealthAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var service = body.Length > 7 ? System.Text.Encoding.UTF8.GetString(body.ToArray()[7..]) : "";
        context.Response.ContentType = "application/grpc";
        var isKnown = service != "unknown";
        if (isKnown)
            await context.Response.Body.WriteAsync(new byte[] { 0, 0, 0, 0, 2, 0x08, (byte)(service == "down" ? 2 : 1) });
        context.Response.AppendTrailer("grpc-status", isKnown ? "0" : "5");
        if (!isKnown)
            context.Response.AppendTrailer("grpc-message", "unknown%20service");
    }
}
