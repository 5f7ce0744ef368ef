using Microsoft.AspNetCore.Http;

namespace LiteKube.ApiServer.Streaming;

/// <summary>Of a parameter that stands for one value and comes more than once, the first counts; Kubernetes' own clients send a container's name twice.</summary>
internal static class QueryValues
{
    public static string First(this IQueryCollection query, string name) => query[name].FirstOrDefault() ?? "";
}
