using System.Text.Json;
using System.Text.Json.Nodes;
using LiteKube.Api.Apply;
using LiteKube.Api.Codecs;
using LiteKube.Api.Schema;
using LiteKube.Api.Tests.Schema;

namespace LiteKube.Api.Tests.Apply;

public sealed class ElementCompareTests
{
    public static TheoryData<string> Kinds() => ["core.v1.Pod", "core.v1.Node", "core.v1.Service", "apps.v1.Deployment", "core.v1.ConfigMap", "batch.v1.CronJob", "networking.v1.Ingress"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Finds_what_the_comparison_of_trees_finds(string name)
    {
        var type = ApiSchema.Current.Type(name);
        var random = new Random(7);
        for (var round = 0; round < 40; round++)
        {
            var before = Samples.Of(type);
            var after = (JsonObject)before.DeepClone();
            for (var change = round % 5; change > 0; change--)
                Change(after, random);
            if (round % 7 == 0)
                after = Turned(after);
            using var document = JsonDocument.Parse(JsonTree.Write(before), new JsonDocumentOptions { MaxDepth = JsonTree.MaxDepth });
            var wanted = TreeCompare.Compare(before, after, type);
            var found = ElementCompare.Compare(document.RootElement, after, type);
            Assert.Equal(wanted.Added.ToString(), found.Added.ToString());
            Assert.Equal(wanted.Modified.ToString(), found.Modified.ToString());
            Assert.Equal(wanted.Removed.ToString(), found.Removed.ToString());
            Assert.Equal(round % 5 > 0, !found.IsEmpty);
        }
    }

    /// <summary>Takes away, adds or changes one member somewhere.</summary>
    private static void Change(JsonObject tree, Random random)
    {
        var at = tree;
        while (at.Select(m => m.Value).OfType<JsonObject>().Where(o => o.Count > 0).ToArray() is { Length: > 0 } inner && random.Next(4) > 0)
            at = inner[random.Next(inner.Length)];
        var name = at.GetAt(random.Next(at.Count)).Key;
        switch (random.Next(3))
        {
            case 0 when at.Count > 1:
                at.Remove(name);
                break;
            case 1:
                at["added" + random.Next()] = "x";
                break;
            default:
                at[name] = "changed" + random.Next();
                break;
        }
    }

    /// <summary>The same with the members in the opposite order.</summary>
    private static JsonObject Turned(JsonObject tree) => new(tree.Reverse().Select(m => KeyValuePair.Create(m.Key, m.Value is JsonObject inner ? Turned(inner) : m.Value?.DeepClone())));
}
