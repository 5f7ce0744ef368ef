using System.Text;
using System.Text.Json.Nodes;
using LiteKube.Api.Apply;
using LiteKube.Api.Codecs;
using LiteKube.Api.Schema;

namespace LiteKube.Api.Tests.Apply;

/// <summary>An object to which managers apply and update, one after the other.</summary>
internal sealed class Applied(TypeSchema? type, string apiVersion)
{
    private int _seconds;

    public JsonObject Object { get; private set; } = [];

    public ManagedFields Managed { get; private set; } = ManagedFields.None;

    public static Applied Deployment() => new(ApiSchema.Current.Type("apps.v1.Deployment"), "apps/v1");

    public static Applied ConfigMap() => new(ApiSchema.Current.Type("core.v1.ConfigMap"), "v1");

    public static JsonObject Tree(string yaml) => Yaml.ToTree(Encoding.UTF8.GetBytes(yaml));

    public Applied Apply(string manager, string yaml, bool force = false, string subresource = "")
    {
        var configuration = Tree(yaml);
        configuration["apiVersion"] ??= apiVersion;
        configuration["kind"] ??= type?.Gvk?.Kind ?? "Thing";
        var apply = new ServerSideApply(type, new FieldWriter(manager, apiVersion, subresource), force, FieldSet.Empty, Time());
        (Object, Managed) = apply.Apply(Object, configuration, Managed, creates: Object.Count == 0);
        return this;
    }

    public Applied Update(string manager, string yaml, string subresource = "")
    {
        var next = Tree(yaml);
        var changes = TreeCompare.Compare(Object, next, type);
        using var before = System.Text.Json.JsonDocument.Parse(JsonTree.Write(Object));
        Assert.Equal(changes, ElementCompare.Compare(before.RootElement, next, type));
        Managed = FieldTracking.Update(Managed, changes, new FieldWriter(manager, apiVersion, subresource), Time());
        Object = next;
        return this;
    }

    public string? FieldsOf(string manager) => Managed.Owners.SingleOrDefault(o => o.Manager == manager)?.Fields.ToString();

    public string? TimeOf(string manager) => Managed.Owners.Single(o => o.Manager == manager).Time;

    public string Spec => Object["spec"]!.ToJsonString();

    private string Time() => $"2026-01-01T00:00:{++_seconds:00}Z";
}
