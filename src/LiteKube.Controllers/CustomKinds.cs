using LiteKube.Api;
using LiteKube.Api.Apiextensions.V1;
using LiteKube.Client;

namespace LiteKube.Controllers;

/// <summary>The kinds that CustomResourceDefinitions add, as the controllers that work on all kinds see them: each once, under one version.</summary>
internal sealed class CustomKinds(InformerFactory informers)
{
    public Informer<CustomResourceDefinition> Definitions { get; } = informers.Of<CustomResourceDefinition>();

    public IReadOnlyList<ResourceType> All() => [.. Definitions.List().Select(Of).OfType<ResourceType>()];

    /// <summary>The resource of an owner reference, or null for a kind that is not known. An old reference may name a version that is served no more.</summary>
    public ResourceType? Find(string apiVersion, string kind)
    {
        var group = apiVersion.Split('/')[0];
        foreach (var definition in Definitions.List())
            if (definition.Spec.Group == group && definition.Spec.Names.Kind == kind && Of(definition) is { } resource)
                return resource;
        return null;
    }

    /// <summary>Null while the definition is not served.</summary>
    public static ResourceType? Of(CustomResourceDefinition definition)
    {
        if (!definition.Status.Conditions.Any(c => c is { Type: "Established", Status: "True" }))
            return null;
        var spec = definition.Spec;
        var version = spec.Versions.FirstOrDefault(v => v is { Served: true, Storage: true }) ?? spec.Versions.FirstOrDefault(v => v.Served);
        return version is null ? null : new ResourceType(spec.Group, version.Name, spec.Names.Plural, spec.Names.Kind, spec.Scope == "Namespaced");
    }
}
