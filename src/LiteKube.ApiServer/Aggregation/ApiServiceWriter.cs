using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Apiregistration.V1;
using LiteKube.Api.Codecs;
using LiteKube.Api.Security;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Resources;
using LiteKube.ApiServer.Verbs;

namespace LiteKube.ApiServer.Aggregation;

/// <summary>This server's own writes to APIServices.</summary>
internal sealed class ApiServiceWriter(ResourceRegistry registry, ObjectCreator creator, ObjectUpdater updater, ObjectDeleter deleter, TimeProvider time)
{
    private static readonly UserInfo s_self = UserInfo.Of("system:apiserver", UserInfo.MastersGroup);

    /// <summary>Sets the Available condition, where it is not so already, and leaves all others as they are.</summary>
    public async ValueTask SetAvailableAsync(string name, bool available, string reason, string message, CancellationToken cancellationToken)
    {
        var request = Request("update", name, "status");
        await updater.UpdateAsync(request, current => With(current, available, reason, message), request.Resource.Strategy.PrepareForStatusUpdate, cancellationToken);
    }

    public async ValueTask CreateAsync(APIService wanted, CancellationToken cancellationToken) =>
        await creator.CreateAsync(Request("create", "", ""), KubeObject.Of(wanted).ToTree(), cancellationToken);

    public async ValueTask DeleteAsync(string name, CancellationToken cancellationToken) =>
        await deleter.DeleteAsync(Request("delete", name, ""), new DeleteOptions(), cancellationToken);

    private ApiRequest Request(string verb, string name, string subresource) =>
        new() { User = s_self, Verb = verb, Resource = registry.Get(APIService.Resource), Name = name, Subresource = subresource };

    private JsonObject With(JsonObject service, bool available, string reason, string message)
    {
        var status = service.ObjectOrNew("status");
        var conditions = status.Array("conditions") is { } present ? present : (JsonArray)(status["conditions"] = new JsonArray());
        var condition = conditions.OfType<JsonObject>().FirstOrDefault(c => c.String("type") == "Available");
        var value = available ? "True" : "False";
        if (condition is null)
        {
            condition = new JsonObject { ["type"] = "Available" };
            conditions.Insert(0, condition);
        }

        if (condition.String("status") != value)
        {
            condition["status"] = value;
            condition["lastTransitionTime"] = SystemMetadata.Time(time.GetUtcNow());
        }

        condition["reason"] = reason;
        condition["message"] = message;
        return service;
    }
}
