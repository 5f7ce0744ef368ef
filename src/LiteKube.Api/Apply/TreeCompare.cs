using System.Text.Json.Nodes;
using LiteKube.Api.Schema;

namespace LiteKube.Api.Apply;

/// <summary>Finds the fields in which two states of an object differ. Parts that are equal cost no memory.</summary>
public static class TreeCompare
{
    public static Comparison Compare(JsonObject before, JsonObject after, TypeSchema? type)
    {
        var found = Pair(before, after, MergeSchema.Of(type));
        return new Comparison(found.Added ?? FieldSet.Empty, found.Modified ?? FieldSet.Empty, found.Removed ?? FieldSet.Empty);
    }

    internal readonly record struct Found(FieldSet? Added, FieldSet? Modified, FieldSet? Removed);

    internal static Found Pair(JsonNode? before, JsonNode? after, MergeSchema schema)
    {
        var kind = schema.KindOf(after ?? before);
        if (kind != schema.KindOf(before ?? after))
            return new Found(FieldsOf.Added(after, schema).WithSelf(false), FieldSet.Leaf, FieldsOf.Added(before, schema).WithSelf(false));
        switch (kind)
        {
            case MergeKind.Struct or MergeKind.Map when !IsNothing(before) || !IsNothing(after):
                return Members(before as JsonObject, after as JsonObject, schema);
            case MergeKind.MapList or MergeKind.SetList when !IsNothing(before) || !IsNothing(after):
                return JsonNode.DeepEquals(before, after) ? default : Items(before, after, schema);
            default:
                return JsonNode.DeepEquals(before, after) ? default : new Found(null, FieldSet.Leaf, null);
        }
    }

    private static Found Members(JsonObject? before, JsonObject? after, MergeSchema schema)
    {
        var differences = new Differences();
        foreach (var (name, old) in before ?? [])
        {
            var member = schema.Member(name, out _);
            if (after is not null && after.TryGetPropertyValue(name, out var now))
                differences.Add(name, Pair(old, now, member));
            else
                differences.Remove(PathElement.Field(name), FieldsOf.Added(old, member), schema.HasField(name));
        }

        foreach (var (name, now) in after ?? [])
        {
            if (before is null || !before.ContainsKey(name))
                differences.Add(PathElement.Field(name), FieldsOf.Added(now, schema.Member(name, out _)), schema.HasField(name));
        }

        return differences.Build();
    }

    private static Found Items(JsonNode? before, JsonNode? after, MergeSchema schema)
    {
        var differences = new Differences();
        var old = ListIndex.Of(before, schema);
        var now = ListIndex.Of(after, schema);
        for (var i = 0; i < old.Count; i++)
        {
            var element = old.ElementAt(i);
            if (!old.IsFirst(i))
                continue;
            if (!now.TryGet(element, out var item))
                differences.Remove(element, FieldsOf.Added(old.ItemAt(i), schema.Element), isField: false);
            else if (old.IsRepeated(element) || now.IsRepeated(element))
                differences.Modify(element, !JsonNode.DeepEquals(old.ItemAt(i), item) || old.IsRepeated(element) != now.IsRepeated(element));
            else
                differences.AddElement(element, Pair(old.ItemAt(i), item, schema.Element));
        }

        for (var i = 0; i < now.Count; i++)
        {
            if (now.IsFirst(i) && !old.Contains(now.ElementAt(i)))
                differences.Add(now.ElementAt(i), FieldsOf.Added(now.ItemAt(i), schema.Element), isField: false);
        }

        return differences.Build();
    }

    private static bool IsNothing(JsonNode? value) => value is null or JsonObject { Count: 0 } or JsonArray { Count: 0 };

    internal struct Differences
    {
        private FieldSetBuilder? _added;
        private FieldSetBuilder? _modified;
        private FieldSetBuilder? _removed;

        public void Add(string name, Found found)
        {
            if (found != default)
                AddElement(PathElement.Field(name), found);
        }

        public void AddElement(string element, Found found)
        {
            if (found.Added is not null)
                (_added ??= new()).Add(element, found.Added);
            if (found.Modified is not null)
                (_modified ??= new()).Add(element, found.Modified);
            if (found.Removed is not null)
                (_removed ??= new()).Add(element, found.Removed);
        }

        // Keys of maps and items of lists are owned themselves; a structure is owned by its fields.
        public void Add(string element, FieldSet below, bool isField) => (_added ??= new()).Add(element, isField ? below : below.WithSelf(true));

        public void Remove(string element, FieldSet below, bool isField) => (_removed ??= new()).Add(element, isField ? below : below.WithSelf(true));

        public void Modify(string element, bool differs)
        {
            if (differs)
                (_modified ??= new()).Add(element, FieldSet.Leaf);
        }

        public readonly Found Build() => new(_added?.Build(), _modified?.Build(), _removed?.Build());
    }
}
