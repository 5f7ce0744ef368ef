namespace LiteKube.Client;

/// <summary>An object's place: namespace (empty where the kind has none) and name. Printed as <c>namespace/name</c>, the form of <see cref="Api.ObjectHeader.Key"/>.</summary>
public readonly record struct ObjectKey(string Namespace, string Name)
{
    public static ObjectKey Parse(string key)
    {
        var slash = key.IndexOf('/');
        return slash < 0 ? new ObjectKey("", key) : new ObjectKey(key[..slash], key[(slash + 1)..]);
    }

    public override string ToString() => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";
}
