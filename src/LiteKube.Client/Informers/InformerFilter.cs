namespace LiteKube.Client;

/// <summary>Which objects of a kind an informer holds. The default holds all.</summary>
public readonly record struct InformerFilter(string? Namespace = null, string? LabelSelector = null, string? FieldSelector = null)
{
    /// <summary>The pods bound to a node.</summary>
    public static InformerFilter OnNode(string nodeName) => new(FieldSelector: $"spec.nodeName={nodeName}");

    public static InformerFilter Named(string? ns, string name) => new(ns, FieldSelector: $"metadata.name={name}");
}
