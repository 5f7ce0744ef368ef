namespace LiteKube.ApiServer;

/// <summary>What requests without credentials may ask for, before RBAC is asked about them.</summary>
public enum AnonymousAccess
{
    /// <summary>/livez, /readyz and /healthz.</summary>
    Health,

    /// <summary>Anything, as the user system:anonymous.</summary>
    All,

    None,
}
