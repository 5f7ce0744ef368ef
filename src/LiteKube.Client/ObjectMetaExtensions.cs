using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;

namespace LiteKube.Client;

/// <summary>What every loop asks of an object's metadata.</summary>
public static class ObjectMetaExtensions
{
    public static ObjectKey KeyOf(this ObjectMeta metadata) => new(metadata.Namespace ?? "", metadata.Name ?? "");

    /// <summary>The owner that manages this object, if any.</summary>
    public static OwnerReference? ControllerOf(this ObjectMeta metadata)
    {
        foreach (var owner in metadata.OwnerReferences)
            if (owner.Controller == true)
                return owner;
        return null;
    }

    public static bool IsControlledBy(this ObjectMeta metadata, string? uid) => metadata.ControllerOf() is { } owner && owner.Uid == uid;

    /// <summary>A reference by which a controller marks what it made; deletion of the owner in the foreground waits for the owned.</summary>
    public static OwnerReference ControllerReference<T>(this T owner) where T : class, IKubeObject<T> => new()
    {
        ApiVersion = T.ApiVersion,
        Kind = T.Kind,
        Name = owner.Metadata.Name ?? "",
        Uid = owner.Metadata.Uid ?? "",
        Controller = true,
        BlockOwnerDeletion = true,
    };

    /// <summary>A full reference, as Events and endpoints carry.</summary>
    public static ObjectReference ReferenceTo<T>(this T value) where T : class, IKubeObject<T> => new()
    {
        ApiVersion = T.ApiVersion,
        Kind = T.Kind,
        Namespace = value.Metadata.Namespace,
        Name = value.Metadata.Name,
        Uid = value.Metadata.Uid,
        ResourceVersion = value.Metadata.ResourceVersion,
    };
}
