using LiteKube.Api.Codecs;
using LiteKube.Api.Meta.V1;
using LiteKube.ApiServer.Resources;

namespace LiteKube.ApiServer.Discovery;

/// <summary>APIGroupList, APIGroup and APIResourceList.</summary>
internal static class LegacyDiscovery
{
    public static byte[] Groups(RegistrySnapshot registry) => JsonText.Bytes(new APIGroupList { Groups = [.. GroupOrder.Of(registry).Select(GroupOf)] });

    public static byte[]? Group(RegistrySnapshot registry, string name) =>
        GroupOrder.Of(registry).FirstOrDefault(g => g.Name == name) is { } group ? JsonText.Bytes(GroupOf(group)) : null;

    public static byte[] Resources(ServedGroupVersion version) =>
        JsonText.Bytes(new APIResourceList { GroupVersion = version.ApiVersion, Resources = [.. version.Resources.OrderBy(r => r.Type.Plural, StringComparer.Ordinal).SelectMany(r => ResourcesOf(r))] });

    private static APIGroup GroupOf(DiscoveryGroup group)
    {
        var versions = group.Versions.Select(v => new GroupVersionForDiscovery { GroupVersion = v.ApiVersion, Version = v.Version }).ToArray();
        return new APIGroup { Name = group.Name, Versions = versions, PreferredVersion = versions[0] };
    }

    private static IEnumerable<APIResource> ResourcesOf(ServedResource resource)
    {
        var schema = resource.Schema;
        yield return new APIResource
        {
            Name = resource.Type.Plural, SingularName = schema.Singular, Namespaced = resource.Type.Namespaced, Kind = resource.Type.Kind,
            Verbs = schema.Verbs, ShortNames = schema.ShortNames, Categories = schema.Categories,
        };
        foreach (var sub in schema.Subresources)
        {
            var foreign = sub.Kind.Group != resource.Type.Group || sub.Kind.Version != resource.Type.Version;
            yield return new APIResource
            {
                Name = $"{resource.Type.Plural}/{sub.Name}", Namespaced = resource.Type.Namespaced, Kind = sub.Kind.Kind, Verbs = sub.Verbs,
                Group = foreign ? sub.Kind.Group : null, Version = foreign ? sub.Kind.Version : null,
            };
        }
    }
}
