namespace LiteKube.ApiServer;

/// <summary>Where objects are in the store, for whoever sets the store up.</summary>
public static class StoredKeys
{
    /// <summary>What every Secret's key starts with.</summary>
    public const string Secrets = "core/secrets/";
}
