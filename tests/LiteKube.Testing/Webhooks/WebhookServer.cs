using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace LiteKube.Testing.Webhooks;

/// <summary>A webhook over HTTPS on loopback, with a certificate of a CA of its own for <c>hook.ns.svc</c>.</summary>
public sealed class WebhookServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private WebhookServer(WebApplication app, byte[] bundle)
    {
        _app = app;
        CaBundle = Convert.ToBase64String(bundle);
    }

    /// <summary>As it stands in a configuration.</summary>
    public string CaBundle { get; }

    public int Port => new Uri(_app.Urls.First()).Port;

    /// <summary>Every review asked, with path and query in <c>path</c>.</summary>
    public ConcurrentQueue<(string Path, JsonObject Review)> Asked { get; } = new();

    /// <summary>The answer's <c>response</c>, without uid, to a review; null holds the request until the caller goes away.</summary>
    public Func<JsonObject, string, JsonObject?> Respond { get; set; } = (_, _) => new JsonObject { ["allowed"] = true };

    /// <summary>Instead of a review.</summary>
    public Func<JsonObject, (int Code, string Body)?> Raw { get; set; } = _ => null;

    public static async Task<WebhookServer> StartAsync(string host = "hook.ns.svc")
    {
        var (certificate, bundle) = TestCertificates.For(host);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.UseHttps(certificate)));
        var app = builder.Build();
        var server = new WebhookServer(app, bundle);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    public static JsonObject Patch(string operations) =>
        new() { ["allowed"] = true, ["patchType"] = "JSONPatch", ["patch"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(operations)) };

    public static JsonObject Deny(string? message = null, int? code = null, string? reason = null)
    {
        var status = new JsonObject();
        if (message is not null)
            status["message"] = message;
        if (code is not null)
            status["code"] = code;
        if (reason is not null)
            status["reason"] = reason;
        return new JsonObject { ["allowed"] = false, ["status"] = status };
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var review = (JsonObject)(await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!;
        var path = context.Request.Path + context.Request.QueryString;
        Asked.Enqueue((path, review));
        if (Raw((JsonObject)review["request"]!) is { } raw)
        {
            context.Response.StatusCode = raw.Code;
            await context.Response.WriteAsync(raw.Body, context.RequestAborted);
            return;
        }

        if (Respond((JsonObject)review["request"]!, context.Request.Path) is not { } response)
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        response["uid"] = (string)review["request"]!["uid"]!;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(new JsonObject { ["kind"] = "AdmissionReview", ["apiVersion"] = (string)review["apiVersion"]!, ["response"] = response }.ToJsonString(), context.RequestAborted);
    }
}
