using System.Text.Json.Nodes;
using LiteKube.Admission.Matching;
using LiteKube.Api;
using LiteKube.Api.Schema;
using LiteKube.Cel;

namespace LiteKube.Admission.Expressions;

/// <summary>The values that expressions read, of one request in the form that its webhook or policy asked for.</summary>
public static class ExpressionInputs
{
    /// <param name="shown">The object in the form of <paramref name="match"/>; null on delete.</param>
    /// <param name="shownOld">The stored object in that form; null on create and connect.</param>
    public static CelActivation Of(AdmissionRequest request, ResourceMatch match, IResourceForms forms, JsonObject? shown, JsonObject? shownOld, ICelAuthorizer authorizer) =>
        new CelActivation()
            .Set("object", CelValue.FromJson(shown))
            .Set("oldObject", CelValue.FromJson(shownOld))
            .SetLazy("request", () => CelValue.FromJson(Request(request, match, forms), AdmissionTypes.Request))
            .Set("authorizer", AuthorizerValue.Of(authorizer))
            .Set("authorizer.requestResource", AuthorizerValue.OfResource(authorizer, new CelAccessCheck("")
            {
                Group = request.RequestResource.Group,
                Resource = request.RequestResource.Plural,
                Subresource = request.Subresource,
                Namespace = request.Namespace,
                Name = request.Name,
            }));

    /// <summary>The namespace of the request as <c>namespaceObject</c>; null for a request that is in none.</summary>
    public static CelValue Namespace(JsonObject? tree) => CelValue.FromJson(tree, AdmissionTypes.Namespace);

    private static JsonObject Request(AdmissionRequest request, ResourceMatch match, IResourceForms forms)
    {
        var extra = new JsonObject();
        foreach (var (key, values) in request.User.Extra)
            extra[key] = Texts(values);
        return new JsonObject
        {
            ["kind"] = Kind(forms.KindOf(match.Resource, request.Subresource)),
            ["resource"] = Resource(match.Resource),
            ["subResource"] = request.Subresource,
            ["requestKind"] = Kind(forms.KindOf(request.RequestResource, request.Subresource)),
            ["requestResource"] = Resource(request.RequestResource),
            ["requestSubResource"] = request.Subresource,
            ["name"] = request.Name,
            ["namespace"] = request.Namespace,
            ["operation"] = ResourceRule.OperationOf(request.Operation),
            ["userInfo"] = new JsonObject { ["username"] = request.User.Name, ["uid"] = request.User.Uid, ["groups"] = Texts(request.User.Groups), ["extra"] = extra },
            ["dryRun"] = request.DryRun,
            ["options"] = request.Options?.DeepClone(),
        };
    }

    private static JsonObject Kind(GroupVersionKind kind) => new() { ["group"] = kind.Group, ["version"] = kind.Version, ["kind"] = kind.Kind };

    private static JsonObject Resource(ResourceType resource) => new() { ["group"] = resource.Group, ["version"] = resource.Version, ["resource"] = resource.Plural };

    private static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(t => (JsonNode)JsonValue.Create(t))];
}
