namespace LiteKube.Api;

/// <summary>One served resource: group and version, plural, kind and scope. Two are equal when group, version and plural are.</summary>
public sealed record ResourceType(string Group, string Version, string Plural, string Kind, bool Namespaced)
{
    /// <summary><c>v1</c> or <c>apps/v1</c>.</summary>
    public string ApiVersion { get; } = Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary><c>pods</c> or <c>deployments.apps</c>.</summary>
    public string GroupResource { get; } = Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    /// <summary><c>/api/v1</c> or <c>/apis/apps/v1</c>.</summary>
    public string BasePath { get; } = Group.Length == 0 ? $"/api/{Version}" : $"/apis/{Group}/{Version}";

    public bool Equals(ResourceType? other) => other is not null && Group == other.Group && Version == other.Version && Plural == other.Plural;

    public override int GetHashCode() => HashCode.Combine(Group, Version, Plural);

    public override string ToString() => $"{GroupResource}/{Version}";

    /// <summary>The URL path of a collection or object of this resource.</summary>
    public string PathOf(string? ns, string? name = null, string? subresource = null)
    {
        var path = Namespaced && !string.IsNullOrEmpty(ns) ? $"{BasePath}/namespaces/{ns}/{Plural}" : $"{BasePath}/{Plural}";
        if (name is not null)
            path += "/" + Uri.EscapeDataString(name);
        return subresource is null ? path : $"{path}/{subresource}";
    }
}
