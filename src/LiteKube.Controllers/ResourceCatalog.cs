using LiteKube.Api;
using LiteKube.Api.Schema;

namespace LiteKube.Controllers;

/// <summary>Which kinds of objects there are, as the controllers that work on all kinds see it: each stored kind once, under one version.</summary>
internal static class ResourceCatalog
{
    /// <summary>Every kind that can be listed, watched and deleted. Events are left out where <paramref name="events"/> is false: they own nothing and come in numbers.</summary>
    public static IReadOnlyList<ResourceType> Deletable(bool events)
    {
        var result = new List<ResourceType>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var kind in ApiSchema.Current.Kinds)
        {
            var resource = kind.Resource;
            if (!kind.Verbs.Contains("list") || !kind.Verbs.Contains("watch") || !kind.Verbs.Contains("delete"))
                continue;

            // events.k8s.io shows the same objects as the core group.
            if (resource.Kind == "Event" && (!events || resource.Group.Length > 0))
                continue;

            // Several versions of a kind show the same objects.
            if (seen.Add(resource.GroupResource))
                result.Add(resource);
        }

        return result;
    }

    /// <summary>The resource of an owner reference, or null for a kind that is not known here.</summary>
    public static ResourceType? Find(string apiVersion, string kind)
    {
        var slash = apiVersion.IndexOf('/');
        var (group, version) = slash < 0 ? ("", apiVersion) : (apiVersion[..slash], apiVersion[(slash + 1)..]);
        ResourceType? sameGroup = null;
        foreach (var known in ApiSchema.Current.Kinds)
        {
            if (known.Resource.Group != group || known.Resource.Kind != kind)
                continue;
            if (known.Resource.Version == version)
                return known.Resource;
            sameGroup = known.Resource;
        }

        // An old reference may name a version that is served no more.
        return sameGroup;
    }
}
