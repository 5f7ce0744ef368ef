using LiteKube.Api;

namespace LiteKube.Security.Authorization.Bootstrap;

/// <summary>An object that the API server sees to at every start: made where there is none, brought up to date where there is.</summary>
public sealed class BootstrapObject
{
    private readonly Func<KubeObject, KubeObject?> _merge;

    private BootstrapObject(ResourceType resource, KubeObject wanted, Func<KubeObject, KubeObject?> merge)
    {
        Resource = resource;
        Object = wanted;
        _merge = merge;
    }

    public ResourceType Resource { get; }

    public KubeObject Object { get; }

    public string? Namespace => Object.Header.Namespace.Length == 0 ? null : Object.Header.Namespace;

    public string Name => Object.Header.Name;

    /// <summary>The existing object with what it lacks, to be written back; null where it lacks nothing.</summary>
    public KubeObject? Merge(KubeObject existing) => _merge(existing);

    public static BootstrapObject Of<T>(T wanted, Func<T, T, T?>? merge = null) where T : class, IKubeObject<T> =>
        new(T.Resource, KubeObject.Of(wanted), existing => merge?.Invoke(existing.As<T>(), wanted) is { } merged ? KubeObject.Of(merged) : null);

    public override string ToString() => $"{Object.Header.Kind} {Object.Header.Key}";
}
