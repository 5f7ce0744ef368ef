using System.Text.Json;
using LiteKube.Api.Meta.V1;

namespace LiteKube.Api;

/// <summary>A generated type with a JSON form.</summary>
public interface IJsonType<TSelf> where TSelf : class, IJsonType<TSelf>
{
    static abstract TSelf Read(ref Utf8JsonReader reader);

    void Write(Utf8JsonWriter writer);
}

/// <summary>A generated type that carries apiVersion and kind.</summary>
public interface IKubeType<TSelf> : IJsonType<TSelf> where TSelf : class, IKubeType<TSelf>
{
    static abstract string ApiVersion { get; }

    static abstract string Kind { get; }
}

/// <summary>A generated type that is stored and served as a resource.</summary>
public interface IKubeObject<TSelf> : IKubeType<TSelf> where TSelf : class, IKubeObject<TSelf>
{
    static abstract ResourceType Resource { get; }

    ObjectMeta Metadata { get; init; }
}
