using System.Net;
using LiteKube.Api;
using LiteKube.Api.Security;
using LiteKube.ApiServer.Streaming;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LiteKube.ApiServer.Aggregation;

/// <summary>Passes a request on to the server that serves its group version, in the user's name, and its answer back as it comes: watches and upgrades too.</summary>
internal sealed class RemoteProxy(RemoteConnections connections, UpgradeTunnel tunnel)
{
    public async Task ServeAsync(HttpContext context, RemoteApi api, UserInfo user)
    {
        if (!api.IsAvailable)
            throw new ApiException(StatusReason.ServiceUnavailable, "service unavailable");
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? context.Request.Path.ToUriComponent() + context.Request.QueryString.Value;
        var headers = Headers(context, user);
        if (ForwardedHeaders.WantsUpgrade(context.Request))
        {
            await using var far = await connections.ConnectAsync(api, context.RequestAborted);
            await tunnel.RunAsync(context, far, api.Endpoint.Address.Host, target, headers);
            return;
        }

        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri($"https://{api.Endpoint.Address.Authority}{target}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        if (context.Request.ContentLength is > 0 || context.Request.Headers.TransferEncoding.Count > 0 || (context.Request.Protocol == "HTTP/2" && context.Request.ContentLength is null && !HttpMethods.IsGet(context.Request.Method)))
            request.Content = new StreamContent(context.Request.Body);
        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content?.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await connections.SendAsync(api, request, context.RequestAborted);
        await CopyAsync(context, answer);
    }

    private static List<KeyValuePair<string, string>> Headers(HttpContext context, UserInfo user)
    {
        var upgrade = ForwardedHeaders.WantsUpgrade(context.Request);
        return
        [
            .. ForwardedHeaders.ToBackend(context, upgrade).Where(h => !h.Key.StartsWith(RemoteUser.Prefix, StringComparison.OrdinalIgnoreCase)),
            .. ForwardedHeaders.Forwarding(context),
            .. RemoteUser.Headers(user),
        ];
    }

    private static async Task CopyAsync(HttpContext context, HttpResponseMessage answer)
    {
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated))
        {
            if (!ForwardedHeaders.IsHopByHop(name))
                context.Response.Headers[name] = values.ToArray();
        }

        if (!HttpMethods.IsHead(context.Request.Method) && context.Response.StatusCode is not (204 or 304))
            await HttpForwarder.StreamAsync(answer, context);
    }
}
