using System.Text.Json.Nodes;
using LiteKube.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace LiteKube.ApiServer.Streaming;

/// <summary>The query of a connection as the object that admission looks at: PodExecOptions and its kin.</summary>
internal static class ConnectOptions
{
    public static JsonObject Of(ApiRequest request, IQueryCollection query)
    {
        var kind = request.Resource.Schema.Subresource(request.Subresource)?.Kind;
        var options = new JsonObject { ["kind"] = kind?.Kind, ["apiVersion"] = kind?.ApiVersion };
        foreach (var name in query.Keys)
        {
            if (name == "command")
                options[name] = new JsonArray([.. query[name].Select(v => (JsonNode?)v)]);
            else if (name is "stdin" or "stdout" or "stderr" or "tty")
                options[name] = query.First(name) is not ("false" or "0");
            else
                options[name] = query.First(name);
        }

        return options;
    }
}
