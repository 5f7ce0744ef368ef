using System.Text.Json.Nodes;
using LiteKube.Api.CustomResources;
using LiteKube.Api.Schema;

namespace LiteKube.Api.Defaulting;

/// <summary>
/// The values that fields take when they are not given. Constant ones stand in overlay.schema, computed ones in this folder.
/// Defaulting is idempotent and never changes what is given.
/// </summary>
public static class Defaults
{
    /// <summary>Fills in what is not given. The tree must have passed <see cref="Structure.StructureCheck"/>.</summary>
    public static void Apply(KindSchema kind, JsonObject tree) => Apply(kind.Type, tree);

    /// <summary>The same for a body that is not a resource of its own: Scale, Eviction, TokenRequest.</summary>
    public static void Apply(TypeSchema type, JsonObject tree)
    {
        if (type.Source is { } schema)
            SchemaDefaults.Apply(tree, schema);
        else
            type.Defaults.Apply(tree);
    }

    /// <summary>
    /// Sets what only creation sets, after <see cref="Apply(KindSchema, JsonObject)"/> and after metadata has its uid: a pod's and a namespace's first status,
    /// a namespace's finalizer, a job's selector.
    /// </summary>
    public static void PrepareForCreate(KindSchema kind, JsonObject tree) => CreationDefaults.Apply(kind.Type.Name, tree);
}
