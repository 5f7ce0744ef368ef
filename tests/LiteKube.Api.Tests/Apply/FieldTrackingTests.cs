using LiteKube.Api.Apply;

namespace LiteKube.Api.Tests.Apply;

public sealed class FieldTrackingTests
{
    [Fact]
    public void Who_creates_owns_all_and_the_maps_that_hold_it()
    {
        var map = Applied.ConfigMap().Update("me", "{apiVersion: v1, kind: ConfigMap, metadata: {name: m, namespace: n, uid: u, generateName: g, labels: {a: b}}, data: {k: v}}");
        Assert.Equal("""{"f:data":{".":{},"f:k":{}},"f:metadata":{"f:generateName":{},"f:labels":{".":{},"f:a":{}}}}""", map.FieldsOf("me"));
    }

    [Fact]
    public void Removed_fields_are_nobodys()
    {
        var map = Applied.ConfigMap().Update("one", "{data: {a: '1', b: '2'}}").Update("two", "{data: {a: '1'}}");
        Assert.Equal("""{"f:data":{".":{},"f:a":{}}}""", map.FieldsOf("one"));
        Assert.Null(map.FieldsOf("two"));
    }

    [Fact]
    public void An_update_that_changes_nothing_leaves_the_entries_as_they_are()
    {
        var map = Applied.ConfigMap().Update("one", "{data: {a: '1'}}");
        var before = map.Managed;
        Assert.Same(before, map.Update("two", "{data: {a: '1'}}").Managed);
    }

    [Fact]
    public void One_manager_has_an_entry_for_each_subresource()
    {
        var made = Applied.Deployment().Update("me", "{spec: {replicas: 1}}").Update("me", "{spec: {replicas: 1}, status: {replicas: 1}}", "status");
        Assert.Equal(2, made.Managed.Owners.Count);
        Assert.Equal("""{"f:status":{"f:replicas":{}}}""", made.Managed.Owners.Single(o => o.Subresource == "status").Fields.ToString());
    }

    [Fact]
    public void Old_updaters_are_put_together()
    {
        var map = Applied.ConfigMap();
        for (var i = 1; i <= 12; i++)
            map.Update($"m{i:00}", $"{{data: {{{string.Join(", ", Enumerable.Range(1, i).Select(n => $"k{n:00}: v"))}}}}}");
        Assert.Equal(10, map.Managed.Owners.Count);
        Assert.Equal("""{"f:data":{".":{},"f:k01":{},"f:k02":{},"f:k03":{}}}""", map.FieldsOf("ancient-changes"));
        Assert.Equal("""{"f:data":{"f:k12":{}}}""", map.FieldsOf("m12"));
    }

    [Fact]
    public void Entries_are_encoded_appliers_first_and_read_back()
    {
        var made = Applied.Deployment().Update("up", "{spec: {replicas: 1}}").Apply("app", "{metadata: {name: d}, spec: {paused: true}}");
        var text = System.Text.Encoding.UTF8.GetString(made.Managed.Encode());
        Assert.Equal("""[{"manager":"app","operation":"Apply","apiVersion":"apps/v1","time":"2026-01-01T00:00:02Z","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:paused":{}}}},{"manager":"up","operation":"Update","apiVersion":"apps/v1","time":"2026-01-01T00:00:01Z","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:replicas":{}}}}]""", text);
        Assert.Equal(text, System.Text.Encoding.UTF8.GetString(ManagedFields.Parse(made.Managed.Encode())!.Encode()));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[{}]")]
    [InlineData("""[{"manager":"m","operation":"Delete","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{}}]""")]
    [InlineData("""[{"manager":"m","operation":"Apply","apiVersion":"v1","fieldsType":"FieldsV2","fieldsV1":{}}]""")]
    [InlineData("""[{"manager":"m","operation":"Apply","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":[]}]""")]
    public void What_is_not_managed_fields_is_not_taken_for_them(string json) => Assert.Null(ManagedFields.Parse(System.Text.Encoding.UTF8.GetBytes(json)));
}
