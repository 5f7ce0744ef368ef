using LiteKube.Api;

namespace LiteKube.Controllers.Namespaces;

/// <summary>What is left in a namespace after an attempt to empty it.</summary>
internal sealed class NamespaceContent
{
    public SortedDictionary<string, int> Remaining { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, int> Finalizers { get; } = new(StringComparer.Ordinal);

    public List<string> Failures { get; } = [];

    public bool IsEmpty => Remaining.Count == 0 && Failures.Count == 0;

    public string RemainingText => string.Join(", ", Remaining.Select(r => $"{r.Key} has {r.Value} resource instances"));

    public string FinalizersText => string.Join(", ", Finalizers.Select(f => $"{f.Key} in {f.Value} resource instances"));

    public string FailureText => string.Join("; ", Failures);

    public void Add(ResourceType resource, IReadOnlyList<KubeObject> left)
    {
        if (left.Count == 0)
            return;
        Remaining[Name(resource)] = left.Count;
        foreach (var value in left)
            foreach (var finalizer in value.Header.Finalizers)
                Finalizers[finalizer] = Finalizers.GetValueOrDefault(finalizer) + 1;
    }

    public static string Name(ResourceType resource) => resource.Group.Length == 0 ? resource.Plural + "." : resource.GroupResource;
}
