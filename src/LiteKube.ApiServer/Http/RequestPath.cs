using LiteKube.ApiServer.Resources;

namespace LiteKube.ApiServer.Http;

/// <summary>What the path of a resource request names.</summary>
/// <param name="Rest">What follows the sub-resource of a proxy, with its leading slash; null where nothing does.</param>
/// <param name="Watch">The old form of watches, with <c>/watch/</c> in the path.</param>
internal readonly record struct RequestPath(ServedResource Resource, string Namespace, string Name, string Subresource, string? Rest, bool Watch)
{
    /// <summary>How a path was understood.</summary>
    public enum Form
    {
        /// <summary>Not below /api or /apis.</summary>
        Other,

        /// <summary>/api, /apis, a group or a group version.</summary>
        Discovery,
        Resource,
        Unknown,
    }

    public static Form Parse(ResourceRegistry registry, string path, out RequestPath parsed)
    {
        parsed = default;
        int depth;
        if (path.StartsWith("/apis", StringComparison.Ordinal) && (path.Length == 5 || path[5] == '/'))
            depth = 3;
        else if (path.StartsWith("/api", StringComparison.Ordinal) && (path.Length == 4 || path[4] == '/'))
            depth = 2;
        else
            return Form.Other;

        var end = EndOf(path, depth);
        if (end < 0 || end >= path.Length - 1)
            return Form.Discovery;
        if (registry.GroupVersion(path.AsSpan(0, end)) is not { } version)
            return Form.Unknown;
        return Locate(version, path, end, out parsed);
    }

    private static Form Locate(ServedGroupVersion version, string path, int at, out RequestPath parsed)
    {
        parsed = default;
        var first = Next(path, ref at);
        var watch = first.SequenceEqual("watch") && at < path.Length;
        if (watch)
            first = Next(path, ref at);
        var ns = "";
        var plural = first;
        if (first.SequenceEqual("namespaces") && at < path.Length)
        {
            var mark = at;
            var name = Next(path, ref at);
            var third = at < path.Length ? Next(path, ref at) : default;
            if (third.Length > 0 && !(at >= path.Length && (third.SequenceEqual("status") || third.SequenceEqual("finalize"))))
            {
                ns = name.ToString();
                plural = third;
            }
            else
            {
                at = mark;
            }
        }

        if (version.Find(plural) is not { } resource)
            return Form.Unknown;
        var objectName = at < path.Length ? Next(path, ref at).ToString() : "";
        var subresource = at < path.Length ? Next(path, ref at).ToString() : "";
        string? rest = null;
        if (at < path.Length)
        {
            rest = path[at..];
            if (subresource != "proxy" && rest != "/")
                return Form.Unknown;
        }

        if (ns.Length > 0 && !resource.Type.Namespaced)
            return Form.Unknown;
        parsed = new RequestPath(resource, ns, objectName, subresource, rest, watch);
        return Form.Resource;
    }

    /// <summary>The segment that starts at a slash; moves to the slash that follows it.</summary>
    private static ReadOnlySpan<char> Next(string path, ref int at)
    {
        var start = at + 1;
        var slash = path.IndexOf('/', Math.Min(start, path.Length));
        at = slash < 0 ? path.Length : slash;
        return path.AsSpan(Math.Min(start, path.Length), at - Math.Min(start, path.Length));
    }

    /// <summary>Where the nth segment ends; -1 where there are fewer.</summary>
    private static int EndOf(string path, int segments)
    {
        var at = 0;
        for (var i = 0; i < segments; i++)
        {
            if (at >= path.Length - 1)
                return -1;
            Next(path, ref at);
        }

        return at;
    }
}
