namespace LiteKube.Store.Sqlite;

/// <summary>What may stand in the file; its <c>user_version</c>.</summary>
internal enum LogFormat
{
    /// <summary>Nothing is encrypted.</summary>
    Plain = 1,

    /// <summary>Values are being encrypted, or unused pages may still hold them as they were before.</summary>
    Sealing = 2,

    /// <summary>Whatever is to be encrypted is, and always was or has been erased.</summary>
    Sealed = 3,
}
