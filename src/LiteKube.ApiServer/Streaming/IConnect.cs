using LiteKube.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace LiteKube.ApiServer.Streaming;

/// <summary>A sub-resource that is a connection to somewhere else: logs, exec, proxies.</summary>
internal interface IConnect
{
    IReadOnlyList<string> Paths { get; }

    /// <summary>The request is authorized; admission and the answer are this one's.</summary>
    Task ConnectAsync(HttpContext context, ApiRequest request, string? rest);
}
